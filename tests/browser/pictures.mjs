// Takes the pictures of the guides from the site of their register. `python tests/site/guide_pictures.py` runs it.
// Run: node pictures.mjs SITE FOLDER [CHROMIUM]
import { readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { chromium } from 'playwright-core'

const [site, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2)
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' }
const WIDTH = 900
const MOST_BYTES = 80_000
// What is shown: the page, the element it begins with, and how high the picture is.
const PICTURES = [
  { name: 'signatures', page: 'protocols/county-housing/signatures/', from: 'main .app-scroll', height: 400 },
  { name: 'reviews', page: 'reviews/', from: 'main h1', height: 365 },
  { name: 'rule', page: 'rules/bad-date/', from: 'main .app-page, main h1', height: 520 },
]

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
const browser = await chromium.launch({
  executablePath,
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})
const page = await browser.newPage({ viewport: { width: WIDTH, height: 1200 }, deviceScaleFactor: 1 })
let faults = 0
for (const { name, page: path, from, height } of PICTURES) {
  const answer = await page.goto(`http://127.0.0.1:${server.address().port}/${path}`)
  const top = await page.locator(from).first().boundingBox()
  const target = join(folder, `${name}.png`)
  if (answer.status() !== 200 || !top) {
    console.log(`${name}: ${path} is not there`)
    faults += 1
    continue
  }
  await page.screenshot({ path: target, fullPage: true, clip: { x: 0, y: Math.max(0, top.y - 20), width: WIDTH, height } })
  const bytes = statSync(target).size
  if (bytes > MOST_BYTES) {
    console.log(`${name}: ${bytes} bytes are too many`)
    faults += 1
  }
}
await browser.close()
server.close()
process.exit(faults ? 1 : 0)
