// Walks the pages of `undersigned edit` with JavaScript off, looks at each with axe at two widths, and tells every fault.
// Run: node edit.mjs ADDRESS [CHROMIUM] [--pictures FOLDER] [--document FILE, an agreement to begin a protocol with]. ADDRESS is the one that the program printed.
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import axe from 'axe-core'

const { values, positionals } = parseArgs({ allowPositionals: true, options: { pictures: { type: 'string' }, document: { type: 'string' } } })
const [address, executablePath = '/usr/bin/chromium'] = positionals
const base = new URL(address).origin
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] })
const page = await browser.newPage()
await page.setBypassCSP(true) // for axe alone
let faults = 0

async function look (name) {
  for (const width of [1280, 320]) {
    await page.setViewport({ width, height: 900 })
    await page.evaluate(axe.source)
    const found = await page.evaluate(async () => (await axe.run(document)).violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 150)}`))
    if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('wider than the window')
    for (const fault of found) console.log(`${name} at ${width}: ${fault}`)
    faults += found.length
    if (values.pictures) await page.screenshot({ path: join(values.pictures, `${name}-${width}.png`), fullPage: true })
  }
}

async function press (value) {
  await Promise.all([page.waitForNavigation(), page.click(`button[value=${value}]`)])
}

await page.goto(address)
await look('home')
const tasks = await page.$$eval('a[href^="/task/"]', (links) => links.map((link) => link.getAttribute('href')))
const protocols = await page.$$eval('a[href^="/wording/"]', (links) => links.map((link) => link.getAttribute('href')))
for (const task of tasks) {
  await page.goto(base + task)
  await look(task.split('/').pop())
  await press('check')
  await look(task.split('/').pop() + '-faults')
}
await page.goto(base + '/task/organisation')
await page.type('#name', 'Invented Advice Service')
await page.select('#kind', 'voluntary')
await page.click('#jurisdiction')
await press('check')
await look('check')
await press('propose')
await look('proposed')
if (!(await page.content()).includes('Your change is proposed')) { console.log('nothing was proposed'); faults++ }
await page.goto(base + protocols[0])
await look('wordings')
await page.goto(base + await page.$eval('a[href*="/clauses."]', (link) => link.getAttribute('href')))
await look('wording')
if (values.document) {
  await page.goto(base + '/document')
  await look('document')
  await press('read')
  await look('document-none')
  await (await page.$('#file')).uploadFile(values.document)
  await press('read')
  await look('document-read')
  await press('all')
  await look('document-ticked')
  await page.$eval('#title', (box) => { box.value = '' })
  await press('make')
  await look('document-faults')
  await page.type('#title', 'Read from a document')
  await press('make')
  await look('document-draft')
  if (!page.url().includes('/protocol/')) { console.log('no draft was made of the document'); faults++ }
}
await page.goto(base + '/nowhere')
await look('nowhere')
console.log(`${tasks.length} forms, ${protocols.length} protocols: ${faults} faults`)
await browser.close()
process.exit(faults ? 1 : 0)
