// What the looks share: a small server, one Chromium, and the pages to look at.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { chromium } from 'playwright-core'

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.json': 'application/json',
  '.xml': 'application/atom+xml', '.ics': 'text/calendar; charset=utf-8', '.png': 'image/png', '.pagefind': 'application/octet-stream',
}
const ARGUMENTS = [
  '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
]
// Pages that one template makes, or that are written alike. Each is shown by the first of its kind.
const ALIKE = [
  [/^protocols\/[^/]+\/(versions)\/[^/]+\/$/, 'protocols/*/$1/*/'],
  [/^protocols\/[^/]+\/(?!cards|\*)([^/]+)\/$/, 'protocols/*/$1/'],
  [/^(organisations|between|rules|decisions|lists)\/[^/]+\/$/, '$1/*/'],
  [/^(guidance|guides)\/(.*)\/[^/]+\/$/, '$1/$2/*/'],
  [/^(guides|about)\/[^/]+\/$/, '$1/*/'],
]

/** The pages of a site, without those that only lead to another. */
export function pagesOf(folder, prefix = '') {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return pagesOf(path, `${prefix}${name}/`)
    if (name.endsWith('.html') && readFileSync(path, 'utf8').includes('http-equiv="refresh"')) return []
    return name === 'index.html' ? [prefix] : name.endsWith('.html') ? [prefix + name] : []
  })
}

/** The pages of which no more than `each` are of one kind. A kind is what `kindOf` makes of a page. */
export function sample(all, each, kindOf) {
  const seen = new Map()
  return all.filter((page) => {
    const kind = kindOf(page)
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    return seen.get(kind) <= each
  })
}

/** One page of each kind, and each with a drawing; the front page and the cards of each protocol: they are agreed, draft, ended or restricted. */
export function oneOfEach(all, site) {
  // Every page has the pen line of the header, which is no drawing of its own.
  const drawn = (page) => /<svg(?! class="app-pen")/.test(readFileSync(join(site, page.endsWith('/') || !page ? `${page}index.html` : page), 'utf8'))
  return sample(all, 1, (page) => (drawn(page) ? page : ALIKE.reduce((kind, [pattern, name]) => kind.replace(pattern, name), page)))
}

/** Serves `site` under the path `base`, as GitHub Pages does: 404.html for whatever is not there. */
export async function served(site, base = '/') {
  const server = createServer((request, response) => {
    let path = new URL(request.url, 'http://localhost').pathname
    path = path.startsWith(base) ? path.slice(base.length) : '?'
    path = normalize(decodeURIComponent(path)).split(sep).filter((part) => part !== '..' && part !== '.').join('/')
    if (path === '' || path.endsWith('/')) path += 'index.html'
    const answer = (status, file) => {
      const body = readFileSync(join(site, file))
      response.writeHead(status, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
      response.end(body)
    }
    try {
      answer(200, path)
    } catch {
      try {
        answer(404, '404.html')
      } catch {
        response.writeHead(404)
        response.end()
      }
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `http://127.0.0.1:${server.address().port}${base}`, close: () => server.close() }
}

export function launched(executablePath, more = []) {
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...more] })
}

/** Rules laid over a page. Made by script, because the site's policy refuses a style element. */
export function laidOver(page, rules) {
  return page.evaluate((text) => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(text)
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
  }, rules)
}

/** The colours of a picture: {width, height, data}, four bytes for each dot. `blank` is a page that shows nothing. */
export async function dots(blank, picture) {
  const { width, height, data } = await blank.evaluate(async (text) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${text}`)).blob())
    const canvas = new OffscreenCanvas(image.width, image.height)
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    return { width: image.width, height: image.height, data: [...context.getImageData(0, 0, image.width, image.height).data] }
  }, picture.toString('base64'))
  return { width, height, data }
}

/** WCAG's contrast between two colours of three numbers. */
export function contrast(one, other) {
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}
