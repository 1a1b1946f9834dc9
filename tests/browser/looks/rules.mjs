// axe-core finds nothing; the policy refuses nothing; nothing is asked of others or kept; no sideways scrolling at 320 pixels.
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { sample } from '../house.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const WIDTHS = [320, 1280]
const EACH_KIND = 2

export async function look({ site, all, pages, base, browser, fault }) {
  const chosen = sample(all, EACH_KIND, (page) => page.replace(/^(protocols|organisations|between|rules)\/[^/]+\//, '$1/*/'))
  let views = 0
  for (const javaScriptEnabled of [true, false]) {
    for (const width of javaScriptEnabled ? WIDTHS : WIDTHS.slice(0, 1)) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled })
      const page = await context.newPage()
      const where = () => `${page.url().replace(base, '/')} at ${width}${javaScriptEnabled ? '' : ' without JavaScript'}`
      watched(page, base, where, fault)
      for (const path of chosen) {
        const answer = await page.goto(base + path)
        views += 1
        if (answer.status() !== 200) fault(`${where()}: status ${answer.status()}`)
        if (!javaScriptEnabled) continue
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (overflow > 0) fault(`${where()}: scrolls sideways by ${overflow} pixels`)
        if (await page.evaluate(() => localStorage.length + sessionStorage.length)) fault(`${where()}: keeps something in the browser`)
      }
      for (const cookie of await context.cookies()) fault(`a cookie at ${width}: ${cookie.name}`)
      await context.close()
    }
  }
  const searched = existsSync(join(site, 'pagefind')) ? ['search/?q=probation'] : []
  const pairs = chosen.filter((path) => /^between\/./.test(path)).flatMap((path) => pairsOf(site, path))
  for (const width of WIDTHS) {
    // axe itself needs the policy lifted; the pass above has seen the pages under it.
    const lifted = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true })
    const page = await lifted.newPage()
    for (const path of [...(width < 640 ? pages : chosen), ...pairs, ...searched]) {
      await page.goto(base + path)
      if (path.includes('?')) await page.waitForSelector('#app-results > li')
      await page.evaluate(axe)
      const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), RULES)
      for (const { id, help, nodes } of violations) {
        fault(`/${path} at ${width}: ${id}: ${help}: ${nodes.slice(0, 3).map((node) => node.target.join(' ')).join('; ')}`)
      }
    }
    await lifted.close()
  }
  return `${chosen.length} pages, ${views} views`
}

/** Tells every message of a page's console, every dialog and every request that leaves the site. */
export function watched(page, base, where, fault) {
  page.on('console', (message) => fault(`${where()}: console: ${message.text()}`))
  page.on('pageerror', (error) => fault(`${where()}: script: ${error.message}`))
  page.on('dialog', (dialog) => { fault(`${where()}: dialog: ${dialog.message()}`); dialog.dismiss() })
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('data:')) fault(`${where()}: asks ${request.url()}`)
  })
}

/** Two of the pairs that a page holds; the place in the address chooses which is shown. */
function pairsOf(site, path) {
  const ids = [...readFileSync(join(site, path, 'index.html'), 'utf8').matchAll(/id="((?:with|kind)-[^"]+)"/g)].map((found) => found[1])
  return [ids[1], ids.at(-1)].filter(Boolean).map((id) => `${path}#${id}`)
}
