// 400 % zoom (320 by 256 pixels), text at 200 %, and WCAG 1.4.12's text spacing: nothing is cut, nothing overlaps its
// box or another text, and nothing but tables scrolls sideways.
import { laidOver } from '../house.mjs'

const SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
  p { margin-bottom: 2em !important; }`
const LARGER = 'html { font-size: 200% !important; }'
const WAYS = [
  { name: 'at 400 %', viewport: { width: 320, height: 256 }, rules: '' },
  { name: 'at 400 % with spacing', viewport: { width: 320, height: 256 }, rules: SPACING },
  { name: 'with spacing', viewport: { width: 1280, height: 900 }, rules: SPACING },
  { name: 'with text at 200 %', viewport: { width: 1280, height: 900 }, rules: LARGER },
]

export async function look({ pages, base, browser, fault }) {
  for (const { name, viewport, rules } of WAYS) {
    const context = await browser.newContext({ viewport })
    const page = await context.newPage()
    for (const path of pages) {
      await page.goto(base + path)
      const before = rules === LARGER ? await page.evaluate(sizes) : []
      await page.evaluate(() => document.querySelectorAll('details').forEach((details) => { details.open = true }))
      if (rules) await laidOver(page, rules)
      for (const told of [...await page.evaluate(lost), ...await page.evaluate(covered)]) fault(`/${path} ${name}: ${told}`)
      const after = rules === LARGER ? await page.evaluate(sizes) : []
      for (const [place, [label, size]] of after.entries()) {
        if (size < before[place][1] * 1.99) fault(`/${path} ${name}: the text of ${label} does not grow`)
      }
    }
    await context.close()
  }
  return `${pages.length} pages, ${WAYS.length} ways`
}

// In the page: the size of each kind of text outside drawings, which grow with their column.
function sizes() {
  const found = new Map()
  for (const element of document.body.querySelectorAll('*:not(svg *, script, template)')) {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim())
    if (own) found.set(`${element.localName}.${element.className}`, parseFloat(getComputedStyle(element).fontSize))
  }
  return [...found]
}

// In the page: what is cut off, spills over, or makes a reader scroll both ways.
function lost() {
  const found = []
  const wide = document.documentElement.clientWidth
  const shown = (element) => element.checkVisibility({ visibilityProperty: true })
  const named = (element) => `${element.localName}.${element.getAttribute('class') ?? ''} “${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40)}”`
  if (document.documentElement.scrollWidth > wide) found.push(`scrolls sideways by ${document.documentElement.scrollWidth - wide} pixels`)
  for (const element of document.body.querySelectorAll('*:not(svg *)')) {
    if (!shown(element) || element.closest('.govuk-visually-hidden, .govuk-skip-link, .app-matrix td span, input')) continue
    const style = getComputedStyle(element)
    const over = element.scrollWidth > element.clientWidth + 1
    if (['auto', 'scroll'].includes(style.overflowX) && over && !element.querySelector('table, svg') && !element.matches('table')) found.push(`${named(element)} scrolls sideways`)
    if (['hidden', 'clip'].includes(style.overflowX) && over && element.localName !== 'svg') found.push(`${named(element)} is cut at the side`)
    if (['hidden', 'clip'].includes(style.overflowY) && element.scrollHeight > element.clientHeight + 1 && element.localName !== 'svg') found.push(`${named(element)} is cut below`)
    if (['auto', 'scroll'].includes(style.overflowY) && element.scrollHeight > element.clientHeight + 1 && innerWidth < 400) found.push(`${named(element)} scrolls in two directions`)
    const { width, height } = element.getBoundingClientRect()
    if (['sticky', 'fixed'].includes(style.position) && style.top !== 'auto' && Math.min(width / innerWidth, height / innerHeight) > 0.5) found.push(`${named(element)} stays over the window`)
    if (!element.matches('td, th, dt, dd, p, li, a, button, label, strong, caption, h1, h2, h3, h4, summary')) continue
    const block = element.closest('td, th, dt, dd, p, li, button, label, caption, h1, h2, h3, h4, summary, .govuk-tag, div')
    const box = block.getBoundingClientRect()
    for (const node of element.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE || !node.data.trim()) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const text = range.getBoundingClientRect()
      if (text.right > box.right + 1.5 || text.left < box.left - 1.5) found.push(`the text of ${named(element)} goes over the side of its ${block.localName}`)
      if (text.bottom > box.bottom + 4 && getComputedStyle(block).display !== 'inline') found.push(`the text of ${named(element)} goes over the foot of its ${block.localName}`)
    }
  }
  for (const drawing of document.querySelectorAll('svg')) {
    if (!shown(drawing)) continue
    const box = drawing.getBoundingClientRect()
    const cuts = getComputedStyle(drawing).overflow !== 'visible'
    for (const text of drawing.querySelectorAll('text')) {
      const { left, right, bottom } = text.getBoundingClientRect()
      if (cuts ? right > box.right + 1 || left < box.left - 1 || bottom > box.bottom + 1 : right > wide || left < 0) found.push(`${named(text)} goes out of its drawing`)
    }
  }
  return found
}

// In the page: texts that lie over one another. Heads of rows that stay in their place are left out.
function covered() {
  const lines = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const node = walker.currentNode
    const parent = node.parentElement
    const aside = parent.closest('.govuk-visually-hidden, .govuk-skip-link, .app-matrix td span, .app-matrix th, .app-caption')
    if (aside || !node.data.trim() || !parent.checkVisibility({ visibilityProperty: true })) continue
    const frame = parent.closest('.app-scroll, pre')?.getBoundingClientRect() ?? { left: -Infinity, right: Infinity }
    const range = document.createRange()
    range.selectNodeContents(node)
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (Math.min(right, frame.right) - Math.max(left, frame.left) > 3) lines.push({ node, left, right, top, bottom })
    }
  }
  lines.sort((one, other) => one.top - other.top)
  const named = ({ node }) => `“${node.data.trim().replace(/\s+/g, ' ').slice(0, 40)}”`
  const found = []
  for (const [at, one] of lines.entries()) {
    for (let next = at + 1; next < lines.length && lines[next].top < one.bottom - 3; next += 1) {
      const other = lines[next]
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left)
      if (other.node !== one.node && wide > 3 && Math.min(one.bottom, other.bottom) - other.top > 3) found.push(`${named(one)} and ${named(other)} lie over each other`)
    }
  }
  return found.slice(0, 5)
}
