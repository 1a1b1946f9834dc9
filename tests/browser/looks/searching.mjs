// What is asked is shown as text and found in the index; without JavaScript the page leads to the lists.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { watched } from './rules.mjs'

const HOSTILE = '<img src=x onerror=alert(1)> {count} $& "><script>evil()</script> \u202e'
const QUESTIONS = [['review', 'protocol'], ['probation', ''], ['risk', ''], [HOSTILE, ''], ['x'.repeat(5000), 'rule'], ['zzzzqqqq', 'constructor'], ['', '']]

export async function look({ site, base, browser, fault }) {
  if (!existsSync(join(site, 'pagefind'))) return 'this site has no search'
  let views = 0
  for (const javaScriptEnabled of [true, false]) {
    for (const width of [320, 1280]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled })
      const page = await context.newPage()
      const where = () => `${page.url().replace(base, '/').slice(0, 80)} at ${width}${javaScriptEnabled ? '' : ' without JavaScript'}`
      watched(page, base, where, fault)
      for (const [query, kind] of QUESTIONS) {
        await page.goto(`${base}search/?${new URLSearchParams({ q: query, kind, page: '1' })}`)
        views += 1
        if (javaScriptEnabled) await results(page, query, where, fault)
        else {
          if (!(await page.isVisible('main noscript'))) fault(`${where()}: nothing is said of JavaScript`)
          if (await page.locator('#lists + ul a').count() === 0) fault(`${where()}: no lists`)
        }
      }
      if (javaScriptEnabled) await kinds(page, base, where, fault)
      await context.close()
    }
  }
  return `${views} questions`
}

/** Waits until the search has answered. */
export async function answered(page) {
  await page.waitForFunction(() => !['', 'Searching.'].includes(document.getElementById('app-results-count').textContent), undefined, { timeout: 20_000 })
  return page.textContent('#app-results-count')
}

async function results(page, query, where, fault) {
  const asked = query.replace(/\s+/g, ' ').trim().slice(0, 200)
  const told = asked ? await answered(page) : ''
  const items = await page.locator('#app-results > li').count()
  if (asked && !told.includes(`“${asked}”`)) fault(`${where()}: says ${told}`)
  if (items > 20) fault(`${where()}: ${items} results at once`)
  if (asked === 'probation' && items === 0) fault(`${where()}: finds nothing`)
  if (asked === 'risk' && (await page.locator('#app-results > li .app-records__facts').first().textContent()) === 'Rule') fault(`${where()}: a rule comes before guidance`)
  const strange = await page.locator('main :is(img, iframe, object, script, style), main a[href]:not([href^="http"], [href^="?"], [href^="../"])').count()
  if (strange) fault(`${where()}: ${strange} elements that are none of ours`)
}

// The counts by kind add up, each filter shows what its count says, and every result is of that kind.
async function kinds(page, base, where, fault) {
  await page.goto(`${base}search/?q=review`)
  await answered(page)
  const filters = await page.locator('#app-results-kinds li:not([hidden])').evaluateAll((items) => items.map((item) => ({
    kind: item.dataset.kind, count: Number(item.querySelector('span').textContent.replace(/\D/g, '')), href: item.querySelector('a').href,
  })))
  const [everything, ...others] = filters
  const each = others.filter(({ kind }) => kind !== 'rule') // rules are shown on request only
  if (each.length < 3) fault(`${where()}: ${each.length} kinds to choose from`)
  if (each.reduce((sum, { count }) => sum + count, 0) !== everything?.count) fault(`${where()}: the kinds do not add up to ${everything?.count}`)
  for (const { kind, count, href } of each) {
    await page.goto(href)
    const told = await answered(page)
    if (Number(told.split(' ')[0].replace(/\D/g, '')) !== count) fault(`${where()}: ${count} were promised, and it says ${told}`)
    if (await page.locator('#app-results > li').count() !== Math.min(count, 20)) fault(`${where()}: shows not ${Math.min(count, 20)}`)
    if (await page.locator('#app-results-kinds a[aria-current]').count() !== 1) fault(`${where()}: the kind chosen is not marked`)
  }
}
