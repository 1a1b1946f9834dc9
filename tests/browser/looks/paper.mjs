// Printed on A4: no word of the page is missing or beyond the edge, heads of tables come again on each side, folded
// parts are open, addresses of other sites stand beside their links, and charts are told from the paper in grey. The
// practitioner's cards and the table of who has an agreement with whom are in type that can be read.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { contrast, dots } from '../house.mjs'

const LEAST_CONTRAST = 3
const LEAST_ON_CARD = 10.5 // points
const LEAST_IN_MATRIX = 8
const UPRIGHT = { width: 718, height: 1000 } // A4 between margins of 10 mm
const ON_ITS_SIDE = { width: 1047, height: 680 }
// The box of a word of our typeface is so many times its size: 10.955 points at 8.
const BOX = 1.369

export async function look({ pages, base, browser, fault }) {
  const folder = mkdtempSync(join(tmpdir(), 'paper-'))
  const context = await browser.newContext({ viewport: UPRIGHT })
  const page = await context.newPage()
  const blank = await browser.newPage()
  let sides = 0
  for (const path of pages) {
    await page.goto(base + path)
    const tell = (text) => fault(`/${path} on paper: ${text}`)
    await page.emulateMedia({ media: 'print' })
    const matrix = await page.locator('.app-matrix').count()
    await page.setViewportSize(matrix ? ON_ITS_SIDE : UPRIGHT)
    const wanted = await page.evaluate(meant)
    const outside = await page.evaluate(() => [...document.querySelectorAll('main a[href^="http"]')].filter((link) => link.checkVisibility() && !link.textContent.includes(link.href)).map((link) => link.getAttribute('href')))
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) tell(`is ${over} pixels wider than the paper, so that a browser prints it smaller`)
    await greyed(page, blank, tell)
    const file = join(folder, 'page.pdf')
    writeFileSync(file, await page.pdf({ preferCSSPageSize: true }))
    const words = printed(file)
    sides += words.sides
    for (const word of new Set(wanted.match(/[\p{L}\p{N}]{4,}/gu) ?? [])) if (!words.text.includes(word)) tell(`“${word}” is missing`)
    for (const word of words.beyond) tell(`“${word}” goes beyond the edge`)
    for (const address of new Set(outside)) if (!words.text.includes(address.replace(/\s/g, ''))) tell(`the address ${address} is not printed`)
    for (const head of await page.evaluate(longHeads)) {
      const times = words.each.filter((side) => head.words.every((word) => side.includes(word))).length
      if (times < head.sides) tell(`the head “${head.words.join(' ').slice(0, 60)}” stands on ${times} of at least ${head.sides} sides`)
    }
    const cards = page.locator('main .app-first-side')
    if (await cards.count()) readable(beforeFoot(afterHead(words.boxes.flat(), await cards.locator('h2').first().innerText()), await page.locator('.app-footer__line').first().innerText()), /\p{L}/u, LEAST_ON_CARD, 'a card', tell)
    if (matrix) readable(words.boxes.flat(), /^[\dFR()]+$/, LEAST_IN_MATRIX, 'the table of agreements', tell)
    for (const head of await page.evaluate(heads)) {
      for (const [at, side] of words.each.entries()) if (side.endsWith(head)) tell(`the head “${head.slice(0, 60)}” stands alone at the foot of side ${at + 1}`)
    }
    await page.emulateMedia({ media: 'screen' })
  }
  await blank.close()
  await context.close()
  rmSync(folder, { recursive: true })
  return `${pages.length} pages, ${sides} sides`
}

// In the page: every text of its own part, those in closed details too, but what the style of print leaves out on purpose.
function meant() {
  const found = []
  const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    const left = parent.closest('template, noscript, desc, title, .govuk-visually-hidden, .govuk-caption-l, .app-screen, .app-contents, .app-filter, .app-more, .app-parts, .app-first-side thead, .app-first-side caption, .app-card__more, [hidden]')
    // The address of a page for two bodies chooses what is shown; the rest is neither on the screen nor on paper.
    if (parent.closest('.app-between') && !parent.checkVisibility()) continue
    if (!left && getComputedStyle(parent).clipPath === 'none') found.push(walker.currentNode.data)
  }
  return found.join('\n')
}

/** All words of a PDF without the white space that its lines put in, and those that are not wholly on their side. */
function printed(file) {
  const html = execFileSync('pdftotext', ['-bbox', file, '-'], { encoding: 'utf8', maxBuffer: 1 << 28 })
  const plain = (text) => text.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;|&apos;/g, "'").replace(/&amp;/g, '&')
  const beyond = []
  const boxes = []
  const each = html.split('<page ').slice(1).map((side) => {
    const [width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(side).slice(1).map(Number)
    const found = [...side.matchAll(/xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</g)].map((word) => {
      const [xMin, yMin, xMax, yMax] = word.slice(1, 5).map(Number)
      return { text: plain(word[5]), beyond: xMin < 0 || yMin < 0 || xMax > width || yMax > height, points: Math.max(yMax - yMin, word[5].length === 1 ? xMax - xMin : 0) / BOX } // the letters of a head on its side are words of their own
    })
    boxes.push(found)
    beyond.push(...found.filter((word) => word.beyond).map((word) => word.text))
    return found.map((word) => word.text).join('')
  })
  return { text: each.join('').replace(/\u00ad|-?\n/g, ''), each, beyond, boxes, sides: each.length }
}

/** The words after a head: what is above the cards of a protocol is in smaller type. */
function afterHead(words, head) {
  const parts = head.split(/\s+/)
  return words.slice(Math.max(0, words.findIndex((_, at) => parts.every((part, more) => words[at + more]?.text === part))))
}

/** The words before the foot of the page. */
function beforeFoot(words, foot) {
  const parts = foot.trim().split(/\s+/).slice(0, 4)
  const at = words.findLastIndex((_, from) => parts.every((part, more) => words[from + more]?.text === part))
  return at < 0 ? words : words.slice(0, at)
}

/** No word of those that `told` matches is in smaller type than `least` points. */
function readable(words, told, least, what, tell) {
  const of = words.filter((word) => told.test(word.text))
  const smallest = of.toSorted((one, other) => one.points - other.points)[0]
  if (!smallest) tell(`${what} has no words`)
  else if (smallest.points < least - 0.05) tell(`${what}: “${smallest.text}” is set in ${smallest.points.toFixed(1)} points, less than ${least}`)
}

// In the page: the head of each table that is longer than a side, and on how many sides it must stand at least.
function longHeads() {
  const side = 1045 // A4 between margins of 10 mm, in pixels
  return [...document.querySelectorAll('main table')].filter((table) => table.tHead && table.checkVisibility() && table.offsetHeight > side)
    .map((table) => ({ words: table.tHead.textContent.match(/\p{L}{4,}/gu) ?? [], sides: Math.floor(table.offsetHeight / side) + 1 }))
}

// In the page: what the heads of its tables say, without white space.
function heads() {
  return [...document.querySelectorAll('main thead')].filter((head) => head.checkVisibility()).map((head) => head.textContent.replace(/\s/g, '')).filter((head) => head.length > 8)
}

/** Bars of a chart have more than the paper's lightness, whatever their colour. */
async function greyed(page, blank, tell) {
  const bar = page.locator('main .app-bars__bar').first()
  if (!(await bar.count())) return
  await bar.scrollIntoViewIfNeeded()
  const { x, y, width, height } = await bar.boundingBox()
  const picture = await dots(blank, await page.screenshot({ clip: { x: x - 3, y: y - 6, width: width + 6, height: height + 12 } }))
  const grey = (at) => { const light = 0.299 * picture.data[at] + 0.587 * picture.data[at + 1] + 0.114 * picture.data[at + 2]; return [light, light, light] }
  const middle = Math.round(picture.width / 2) * 4
  const column = Array.from({ length: picture.height }, (_, row) => contrast([255, 255, 255], grey(row * picture.width * 4 + middle)))
  if (column.filter((value) => value >= LEAST_CONTRAST).length < 2) tell('the bars of a chart have no line that shows in grey')
}
