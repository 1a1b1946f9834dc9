// Looks with axe, at two widths, at the pages of a host on which proposals are approved or sent back.
// Run: node hosted.mjs CHROMIUM ADDRESS MAILBOX/PATH… The proxy takes the mailbox as the name of a sign-in.
import puppeteer from 'puppeteer-core'
import axe from 'axe-core'

const [executablePath, address, ...places] = process.argv.slice(2)
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] })
let faults = 0
for (const place of places) {
  const [, mailbox, path] = place.match(/^([^/]+)(\/.*)$/)
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  await page.setBypassCSP(true) // for axe alone
  await page.setExtraHTTPHeaders({ authorization: `Basic ${Buffer.from(`${mailbox}:x`).toString('base64')}` })
  await page.goto(address + path)
  for (const width of [1280, 320]) {
    await page.setViewport({ width, height: 900 })
    await page.evaluate(axe.source)
    const found = await page.evaluate(async () => (await axe.run(document)).violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 150)}`))
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('wider than the window')
    for (const fault of found) console.log(`${place} at ${width}: ${fault}`)
    faults += found.length
  }
  await context.close()
}
await browser.close()
process.exit(faults ? 1 : 0)
