// Asks Lighthouse for the accessibility of one page of each kind: 100 of 100. Run: node lighthouse.mjs SITE [CHROMIUM]
import { snapshot } from 'lighthouse'
import puppeteer from 'puppeteer-core'
import { oneOfEach, pagesOf, served } from './house.mjs'

const [site, executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const { address, close } = await served(site)
const browser = await puppeteer.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const flags = { logLevel: 'error', onlyCategories: ['accessibility'], formFactor: 'desktop', screenEmulation: { disabled: true }, disableFullPageScreenshot: true }
const chosen = oneOfEach(pagesOf(site), site)
const faults = []
for (const path of chosen) {
  const page = await browser.newPage()
  await page.goto(address + path)
  const { lhr } = await snapshot(page, { flags })
  const { score } = lhr.categories.accessibility
  if (score !== 1) {
    const failed = Object.values(lhr.audits).filter((audit) => audit.score !== null && audit.score < 1).map((audit) => audit.title)
    faults.push(`/${path}: ${score === null ? 'not measured' : Math.round(score * 100)}: ${lhr.runtimeError?.message ?? failed.join('; ')}`)
  }
  await page.close()
}
await browser.close()
close()
for (const fault of faults) console.log(fault)
console.log(`${chosen.length} pages: ${faults.length ? `${faults.length} below 100` : 'each has 100'}`)
process.exit(faults.length || !chosen.length ? 1 : 0)
