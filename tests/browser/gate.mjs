// Looks at a built site in Chromium: no axe violation, no console message under the site's own content security policy,
// no sideways scrolling at 320 pixels, with and without JavaScript. Run: node gate.mjs SITE [CHROMIUM]
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const [site, executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.json': 'application/json' }
const WIDTHS = [320, 1280]
const EACH_KIND = 2

function pages(folder, prefix = '') {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return pages(path, `${prefix}${name}/`)
    return name === 'index.html' ? [prefix] : name.endsWith('.html') ? [prefix + name] : []
  })
}

// A few pages of each kind: those that differ only in the id of a protocol or an organisation are made by one template.
function sample(all) {
  const seen = new Map()
  return all.filter((page) => {
    const kind = page.replace(/^(protocols|organisations|rules)\/[^/]+\//, '$1/*/')
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return seen.get(kind) <= EACH_KIND
  })
}

const server = createServer((request, response) => {
  let path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)).split(sep).filter((part) => part !== '..').join('/')
  if (path.endsWith('/')) path += 'index.html'
  try {
    const body = readFileSync(join(site, path))
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' })
    response.end(body)
  } catch {
    response.writeHead(404)
    response.end()
  }
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const base = `http://127.0.0.1:${server.address().port}/`

const browser = await chromium.launch({
  executablePath,
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const faults = []

// What is asked is shown as text and found in the index; without JavaScript the page leads to the lists.
const HOSTILE = '<img src=x onerror=alert(1)> {count} $& "><script>evil()</script> \u202e'
async function searches(page, javaScriptEnabled, where) {
  const questions = [['the', 'protocol'], ['probation', ''], [HOSTILE, ''], ['x'.repeat(5000), 'rule'], ['zzzzqqqq', 'constructor'], ['', '']]
  for (const [query, kind] of questions) {
    await page.goto(`${base}search/?${new URLSearchParams({ q: query, kind, page: '1' })}`)
    if (!javaScriptEnabled) {
      if (!(await page.isVisible('main noscript'))) faults.push(`${where()}: nothing is said of JavaScript`)
      if (await page.locator('#lists + ul a').count() === 0) faults.push(`${where()}: no lists`)
      continue
    }
    const asked = query.replace(/\s+/g, ' ').trim().slice(0, 200)
    if (asked) await page.waitForFunction(() => !['', 'Searching.'].includes(document.getElementById('app-results-count').textContent), undefined, { timeout: 20_000 })
    const told = await page.textContent('#app-results-count')
    const items = await page.locator('#app-results > li').count()
    if (asked && !told.includes(`“${asked}”`)) faults.push(`${where()}: says ${told}`)
    if (items > 20) faults.push(`${where()}: ${items} results at once`)
    if (asked === 'probation' && items === 0) faults.push(`${where()}: finds nothing`)
    const strange = await page.locator('main :is(img, iframe, object, script, style), main a[href]:not([href^="http"], [href^="?"], [href^="../"])').count()
    if (strange) faults.push(`${where()}: ${strange} elements that are none of ours`)
  }
  return questions.length
}
const chosen = sample(pages(site))
let views = 0
for (const javaScriptEnabled of [true, false]) {
  for (const width of WIDTHS) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled })
    const page = await context.newPage()
    const where = () => `${page.url().replace(base, '/')} at ${width}${javaScriptEnabled ? '' : ' without JavaScript'}`
    page.on('console', (message) => faults.push(`${where()}: console: ${message.text()}`))
    page.on('pageerror', (error) => faults.push(`${where()}: script: ${error.message}`))
    page.on('request', (request) => {
      if (!request.url().startsWith(base) && !request.url().startsWith('data:')) faults.push(`${where()}: asks ${request.url()}`)
    })
    for (const path of chosen) {
      const answer = await page.goto(base + path)
      views += 1
      if (answer.status() !== 200) faults.push(`${where()}: status ${answer.status()}`)
      if (!javaScriptEnabled) continue
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      if (overflow > 0) faults.push(`${where()}: scrolls sideways by ${overflow} pixels`)
    }
    if (existsSync(join(site, 'pagefind'))) views += await searches(page, javaScriptEnabled, where)
    await context.close()
    if (!javaScriptEnabled) continue
    // axe itself needs the policy lifted; the pass above has seen the pages under it.
    const lifted = await browser.newContext({ viewport: { width, height: 900 }, bypassCSP: true })
    const looked = await lifted.newPage()
    for (const path of [...chosen, ...(existsSync(join(site, 'pagefind')) ? ['search/?q=probation'] : [])]) {
      await looked.goto(base + path)
      if (path.includes('?')) await looked.waitForSelector('#app-results > li')
      await looked.evaluate(axe)
      const { violations } = await looked.evaluate(() => axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
      for (const violation of violations) {
        faults.push(`/${path} at ${width}: ${violation.id}: ${violation.help}: ${violation.nodes.slice(0, 3).map((node) => node.target.join(' ')).join('; ')}`)
      }
    }
    await lifted.close()
  }
}
await browser.close()
server.close()
for (const fault of faults) console.log(fault)
console.log(`${chosen.length} pages, ${views} views: ${faults.length} faults`)
process.exit(faults.length ? 1 : 0)
