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
// The forms of several pages: each page as it is opened, with faults, and the answers to check.
const kept = 'staffordshire-housing-protocol'
for (const [path, ...answers] of [['return', kept], ['confirm', 'example-county-council'], ['stamp', kept], ['services', 'staffordshire']]) {
  await page.goto(`${base}/${path}`)
  await look(path)
  await press('next')
  await look(`${path}-faults`)
  const choice = path === 'services' ? 'area' : 'which'
  if (await page.$(`select#${choice}`)) await page.select(`#${choice}`, answers[0])
  else await page.click(`input[name="${choice}"][value="${answers[0]}"]`)
  await press('next')
  await look(`${path}-${answers[0]}`)
}
await page.goto(`${base}/return/${kept}/2030-31`)
await look('return-figures')
for (let step = 0; step < 6 && !(await page.$('button[value=propose]')); step++) {
  if (step === 0) await page.type('[id="referrals.count"]', 'about 40')
  await press('next')
  await look(`return-${step}`)
  const box = await page.$('[id="referrals.count"]')
  if (box) await box.evaluate((one) => { one.value = '' })
}
await page.goto(`${base}/confirm/example-county-council`)
for (const box of await page.$$('input[name=right]')) await box.click()
await press('next')
await look('confirm-check')
await page.goto(`${base}/stamp/${kept}`)
await page.click('input[value=editorial]')
await press('next')
await look('stamp-facts')
await press('next')
await look('stamp-faults')
for (const area of ['staffordshire']) {
  await page.goto(`${base}/services/${area}/new`)
  await look('service')
  await press('next')
  await look('service-faults')
  await page.type('#title', 'Job club')
  await page.select('#kind', 'college-offer')
  for (const step of ['who', 'money', 'check']) {
    await press('next')
    await look(`service-${step}`)
  }
  await page.goto(`${base}/services/${area}/none`)
  await look('nobody-provides')
}
for (const part of ['people', 'people-what', 'people-what/0', 'people-what/new', 'people-who', 'people-who/new']) {
  await page.goto(`${base}/protocol/${kept}/part/${part}`)
  await look(part.replace('/', '-'))
}
await page.goto(`${base}/protocol/${kept}`)
await look('draft')
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
