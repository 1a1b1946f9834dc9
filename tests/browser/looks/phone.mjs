// How long the heaviest page of each kind takes on a phone: 360 px wide, the processor slowed four times, nothing kept from before,
// until its script has run and all of it is laid out. The least of some tries, because a busy machine only adds to each; and the
// time that the page itself used the processor, which other work hardly changes. It is for a site of national size
// (tests/benchmark/national_site.py), and tells figures: nothing here is a fault, because times differ by machine.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const SLOWED = 4
const TRIES = 5
// A page that has loaded in half of this is not tried again.
const MOST_SECONDS = 2
const AIM_KB = 60

export async function look({ site, all, base, browser }) {
  const fileOf = (page) => join(site, page.endsWith('/') || !page ? `${page}index.html` : page)
  const heaviest = new Map()
  for (const page of all) {
    const kind = page.split('/').map((part, at) => (at && part && !/^page-/.test(part) && !FOLDERS.has(part) ? '*' : part.replace(/^page-\d+/, 'page-*').replace(/^between-.*/, 'between-*'))).join('/')
    const size = statSync(fileOf(page)).size
    if (size > (heaviest.get(kind)?.size ?? 0)) heaviest.set(kind, { page, size })
  }
  const slow = []
  for (const { page } of heaviest.values()) {
    const found = []
    do found.push(await loaded(browser, base + page))
    while (found.length < TRIES && found.every(({ seconds }) => seconds > MOST_SECONDS / 2))
    const least = found.reduce((one, other) => (one.seconds < other.seconds ? one : other))
    const zipped = gzipSync(readFileSync(fileOf(page))).length / 1000
    const line = `  /${page} ${least.seconds.toFixed(2)} s (processor ${Math.min(...found.map(({ used }) => used)).toFixed(2)} s), ${Math.round(least.bytes / 1000)} kB (page ${Math.round(zipped)} kB zipped), ${least.rows} rows, ${least.height} px high`
    console.log(line)
    if (least.seconds > MOST_SECONDS || zipped > AIM_KB) slow.push(page)
  }
  return `${heaviest.size} kinds of page, ${slow.length} over ${MOST_SECONDS} s or ${AIM_KB} kB zipped${slow.length ? `: ${slow.join(', ')}` : ''}`
}

/** The folders below a page that are pages of their own kind. */
const FOLDERS = new Set(['cards', 'text', 'forms', 'signatures', 'versions', 'changes', 'reviews', 'outcomes', 'landscape', 'area', 'kind', 'purpose', 'protocols', 'organisations', 'waiting', 'copies', 'agreeing', 'matrix', 'verify', 'rules'])

async function loaded(browser, address) {
  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true })
  const page = await context.newPage()
  const tools = await context.newCDPSession(page)
  await tools.send('Emulation.setCPUThrottlingRate', { rate: SLOWED })
  await tools.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(address, { waitUntil: 'load' })
  const told = await page.evaluate(() => new Promise((answer) => {
    // Two frames after the load, what the scripts changed has been laid out and painted.
    requestAnimationFrame(() => requestAnimationFrame(() => {
      const [own] = performance.getEntriesByType('navigation')
      const bytes = [own, ...performance.getEntriesByType('resource')].reduce((sum, one) => sum + one.transferSize, 0)
      answer({ seconds: performance.now() / 1000, bytes, rows: document.querySelectorAll('main tbody tr, main li').length, height: document.documentElement.scrollHeight })
    }))
  }))
  const { metrics } = await tools.send('Performance.getMetrics')
  await context.close()
  return { ...told, used: metrics.find(({ name }) => name === 'TaskDuration').value }
}
