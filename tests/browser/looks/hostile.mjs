// A register whose every text is an attempt to run a script: no page, search or feed of it does more than show words.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pagesOf, sample, served } from '../house.mjs'
import { watched } from './rules.mjs'
import { answered } from './searching.mjs'

const QUERIES = ['evil', 'script', 'onclick evil', '</title></script><script>evil()</script>', '<mark><img src=x onerror=evil()></mark>', '{{ 7*7 }}', '\'"><svg onload=evil()>']
const OURS = 'script[src$="assets/search.js"], script[src$="assets/verify.js"], script[src$="assets/lists.js"], script[src$="assets/moved.js"], form#verify-form, form#app-filter, svg.app-chart, svg.app-chart *, svg.app-say__picture, svg.app-pen'

export async function look({ browser, strange, fault }) {
  if (!strange) return 'not looked at: no --strange folder'
  const site = strange('hostile')
  const { address, close } = await served(site)
  const context = await browser.newContext()
  await context.addInitScript(() => { window.evil = () => alert('ran') })
  const page = await context.newPage()
  watched(page, address, () => `hostile ${page.url()}`, fault)
  const foreign = async () => {
    const found = await page.evaluate((ours) => [...document.querySelectorAll('script, img, iframe, object, embed, style, svg, base, form')]
      .filter((element) => !element.matches(`${ours}, form[role=search]`)).map((element) => element.outerHTML.slice(0, 80)), OURS)
    const bound = await page.evaluate(() => [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes]
      .filter(({ name, value }) => name.startsWith('on') || name === 'style' || (['href', 'src', 'action'].includes(name) && /^\s*(javascript|data|vbscript):/i.test(value)))
      .map(({ name }) => `${element.localName}[${name}]`)))
    for (const element of [...found, ...bound]) fault(`hostile ${page.url()}: holds ${element}`)
  }
  const pages = sample(pagesOf(site), 3, (page) => page.replace(/^rules\/[^/]+\//, 'rules/*/'))
  for (const path of pages) {
    await page.goto(address + path)
    await foreign()
    await page.evaluate(() => document.querySelectorAll('main :is(h1, h2, h3, li, dd, td, th, p, summary)').forEach((element) => element.click()))
  }
  for (const query of QUERIES) {
    await page.goto(`${address}search/?${new URLSearchParams({ q: query })}`)
    await answered(page)
    await foreign()
    if (query === 'evil' && !(await page.locator('#app-results > li').count())) fault('hostile search: finds nothing, so that nothing was looked at')
  }
  const feed = readFileSync(join(site, 'feed.xml'), 'utf8')
  const strangers = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, 'application/xml')
    return [...parsed.querySelectorAll('*')].filter((element) => element.namespaceURI !== 'http://www.w3.org/2005/Atom').map((element) => element.nodeName)
  }, feed)
  for (const name of strangers) fault(`hostile feed: holds ${name}`)
  await context.close()
  close()
  return `${pages.length} pages, ${QUERIES.length} searches`
}
