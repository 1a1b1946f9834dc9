// A site below a path, as GitHub Pages serves it: the page for wrong addresses works from any depth, and addresses with
// a former id lead to the present one, without JavaScript too.
import { served } from '../house.mjs'

const WRONG = ['nowhere', 'protocols/nowhere/', 'a/b/c/d/e.html', 'downloads/nowhere/nowhere-v1.0.pdf']
const MOVED = [['protocols/homes/', 'protocols/housing/'], ['organisations/probation-area/', 'organisations/probation/']]
const OLD_FILES = [
  'api/v1/protocols/homes.json', 'calendars/protocols/homes.ics', 'api/v1/organisations/probation-area.json', 'calendars/organisations/probation-area.ics',
]

export async function look({ browser, strange, fault }) {
  if (!strange) return 'not looked at: no --strange folder'
  const { address, close } = await served(strange('based'), '/base/')
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    const tell = (text) => fault(`${page.url()}${javaScriptEnabled ? '' : ' without JavaScript'}: ${text}`)
    const failed = []
    page.on('response', (response) => { if (response.status() >= 400 && response.request().resourceType() !== 'document') failed.push(response.url()) })
    for (const path of WRONG) {
      const answer = await page.goto(address + path)
      if (answer.status() !== 404) tell(`status ${answer.status()}`)
      if (await page.locator('h1').innerText() !== 'Page not found') tell('is not the page for wrong addresses')
      if (await page.locator('header').evaluate((header) => getComputedStyle(header.querySelector('.govuk-generic-header')).backgroundColor) !== 'rgb(251, 250, 246)') tell('has no style')
      const links = await page.locator('a[href]').evaluateAll((found) => found.map((link) => link.href).filter((href) => !href.includes('#')))
      if (links.length < 8) tell(`has ${links.length} links`)
      for (const link of new Set(links.filter((href) => href.startsWith('http://127')))) {
        if ((await context.request.get(link)).status() !== 200) tell(`leads to ${link}, which is not there`)
      }
      if (await page.locator('form[role=search]').count()) {
        const target = await page.locator('form[role=search]').evaluate((form) => form.action)
        if ((await context.request.get(target)).status() !== 200) tell(`searches at ${target}, which is not there`)
      }
    }
    for (const [old, present] of MOVED) {
      await page.goto(address + old)
      await page.waitForURL((url) => [address + present, `${address}${present}index.html`].includes(url.href), { timeout: 10_000 }).catch(() => tell(`does not lead to ${present}`))
    }
    for (const path of OLD_FILES) if ((await context.request.get(address + path)).status() !== 200) tell(`${path} is gone`)
    for (const url of failed) tell(`asks for ${url}, which is not there`)
    await context.close()
  }
  close()
  return `${WRONG.length} wrong addresses, ${MOVED.length + OLD_FILES.length} former ones`
}
