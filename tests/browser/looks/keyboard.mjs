// Every page by the keyboard alone: the skip link first, then every control in the order of the page, each seen to have
// the focus and not hidden; details open and close; wide tables are reached, named and scrolled; the search is of use.
import { contrast, dots, sample } from '../house.mjs'
import { answered } from './searching.mjs'

const SMALL = { width: 320, height: 640 }
const LARGE = { width: 1280, height: 900 }
const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex^="-"])'
const AT_ONCE = 50
// WCAG 2.4.13 asks 3:1 between the same dots with and without focus; we ask it of a number of them.
const LEAST_CONTRAST = 3
const LEAST_DOTS = 24

export async function look({ pages, base, browser, fault }) {
  let stops = 0
  const blank = await browser.newPage()
  const pictures = new Set()
  for (const viewport of [LARGE, SMALL]) {
    const context = await browser.newContext({ viewport })
    const page = await context.newPage()
    for (const path of viewport === LARGE ? pages : sample(pages, 2, (page) => page.replace(/^protocols\/[^/]+\//, 'protocols/*/'))) {
      await page.goto(base + path)
      if (viewport === SMALL && !(await page.locator('.app-scroll, details').count())) continue
      const tell = (text) => fault(`/${path} by keyboard at ${viewport.width}: ${text}`)
      stops += await walked(page, tell, viewport === SMALL)
      if (viewport === LARGE) {
        await pictured(page, blank, pictures, tell)
        await skipped(page, base + path, tell)
      }
      await opened(page, tell)
      await scrolled(page, tell)
    }
    await searched(page, base, fault)
    await context.close()
  }
  await blank.close()
  return `${pages.length} pages, ${stops} stops, ${pictures.size} kinds of control`
}

/** Tab to the end of the page, or back to its beginning by Shift and Tab. Returns the number of stops. */
async function walked(page, tell, backwards = false) {
  const expected = await page.evaluate(remember, CONTROLS)
  const last = expected.length - 1
  if (backwards) await page.evaluate(() => window.appControls.at(-1)?.focus())
  const stops = await pressed(page, backwards ? last : last + 2, backwards)
  for (const [step, stop] of stops.entries()) {
    const right = backwards ? last - 1 - step : step
    if (step === last + 1 ? stop.place > 0 : stop.place !== right) {
      tell(`${backwards ? 'Shift and Tab' : 'Tab'} came to ${stop.name} instead of ${expected[right] ?? 'the end'}`)
      break
    }
    if (step > last) continue
    if (!stop.marked) tell(`nothing shows that ${stop.name} has the focus`)
    if (stop.hidden) tell(`${stop.name} is hidden by ${stop.hidden}`)
  }
  if (!expected[0]?.includes('Skip to main content')) tell(`the first stop is ${expected[0]}`)
  return stops.length
}

/** What the page saw when each key came up. Many keys are sent before the first is answered: their order stays. */
async function pressed(page, times, backwards) {
  await page.evaluate((seen) => {
    window.appStops = []
    window.appStopped = new Function(`return (${seen})()`)
    window.appHeard ??= addEventListener('keyup', (event) => { if (event.key === 'Tab') window.appStops.push(window.appStopped()) }) ?? true
  }, stopped.toString())
  const keys = await page.context().newCDPSession(page)
  const key = { key: 'Tab', code: 'Tab', windowsVirtualKeyCode: 9, modifiers: backwards ? 8 : 0 }
  for (let sent = 0; sent < times; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, times - sent) }, () => (
      Promise.all(['rawKeyDown', 'keyUp'].map((type) => keys.send('Input.dispatchKeyEvent', { type, ...key })))
    )))
  }
  await keys.detach()
  return page.evaluate(() => window.appStops)
}

// In the page: the controls that can be seen, with how each looks before it has the focus.
function remember(controls) {
  window.appLook = (element) => {
    const one = (target) => {
      const style = getComputedStyle(target)
      const outline = style.outlineStyle === 'none' || /, 0\)$|transparent/.test(style.outlineColor) ? '' : style.outlineWidth + style.outlineColor
      return [outline, style.boxShadow, style.backgroundColor, style.borderTopColor + style.borderTopWidth].join('|')
    }
    return [element, ...element.querySelectorAll('*')].slice(0, 4).map(one).join(';')
  }
  document.activeElement?.blur()
  window.appControls = [...document.querySelectorAll(controls)].filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.disabled)
  window.appBefore = window.appControls.map(window.appLook)
  getSelection().removeAllRanges()
  return window.appControls.map((element) => `${element.localName} “${(element.textContent || element.getAttribute('name') || '').trim().replace(/\s+/g, ' ').slice(0, 60)}”`)
}

// In the page: which control has the focus, whether that shows, and what lies over it.
function stopped() {
  const element = document.activeElement
  const place = window.appControls.indexOf(element)
  const name = `${element.localName} “${element.textContent.trim().replace(/\s+/g, ' ').slice(0, 60)}”`
  const box = [...element.getClientRects()].find((rect) => rect.width > 1 && rect.height > 1)
  const named = (other) => `${other.localName}.${[...other.classList].join('.')}`
  let hidden = ''
  if (place >= 0 && !box) hidden = 'its size'
  else if (place >= 0 && element.matches('a, button, input, summary')) {
    const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]].map(([x, y]) => [box.left + box.width * x, box.top + box.height * y])
    const over = points.map(([x, y]) => document.elementFromPoint(x, y)).map((top) => (top && (element.contains(top) || top.contains(element)) ? '' : top ? named(top) : 'the edge of the window'))
    if (over[0] || over.filter(Boolean).length > 2) hidden = over.find(Boolean)
  }
  return { place, name, hidden, marked: place < 0 || window.appLook(element) !== window.appBefore[place] }
}

/** Pictures of each kind of control with and without the focus. `seen` holds the kinds that were looked at. */
async function pictured(page, blank, seen, tell) {
  const kinds = await page.evaluate(() => window.appControls.map((element) => (
    element.localName + element.className + (element.closest('.app-matrix, .app-partners, .app-prose, .app-search, header, footer, nav')?.className ?? '')
  )))
  const chosen = kinds.map((kind, place) => ({ kind, place })).filter(({ kind }) => {
    const fresh = !seen.has(kind) && !kind.includes('govuk-skip-link')
    seen.add(kind)
    return fresh
  }).map(({ place }) => place)
  for (const place of chosen) {
    const clip = await page.evaluate((at) => {
      const element = window.appControls[at]
      element.focus()
      element.scrollIntoView({ block: 'center' })
      const { left, top, width, height } = element.getClientRects()[0]
      return { x: Math.max(0, left - 8), y: Math.max(0, top - 8), width: Math.min(width + 16, 600), height: Math.min(height + 16, 300) }
    }, place)
    const withFocus = await dots(blank, await page.screenshot({ clip, caret: 'hide' }))
    await page.evaluate(() => document.activeElement.blur())
    const without = await dots(blank, await page.screenshot({ clip, caret: 'hide' }))
    let changed = 0
    for (let at = 0; at < without.data.length && changed < LEAST_DOTS; at += 4) {
      const [one, other] = [withFocus.data.slice(at, at + 3), without.data.slice(at, at + 3)]
      if (one.some((value, index) => value !== other[index]) && contrast(one, other) >= LEAST_CONTRAST) changed += 1
    }
    if (changed < LEAST_DOTS) tell(`only ${changed} dots change clearly when ${await page.evaluate((at) => window.appControls[at].outerHTML.slice(0, 80), place)} has the focus`)
  }
}

async function skipped(page, address, tell) {
  await page.goto(address)
  await page.keyboard.press('Tab')
  const shown = await page.evaluate(() => {
    const { left, top, width, height } = document.activeElement.getBoundingClientRect()
    return document.activeElement.matches('.govuk-skip-link') && left >= 0 && top >= 0 && width > 50 && height > 20
  })
  if (!shown) return tell('the skip link does not show when it has the focus')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  const inside = await page.evaluate(() => document.activeElement.closest('#main-content, footer') !== null)
  if (!inside) tell('after the skip link the next stop is not in the page\'s own part')
  await page.evaluate(remember, CONTROLS)
}

async function opened(page, tell) {
  const count = await page.locator('summary:visible').count()
  for (let at = 0; at < Math.min(count, 6); at += 1) {
    for (const key of ['Enter', 'Space']) {
      const summary = page.locator('summary:visible').nth(at)
      const before = await summary.evaluate((element) => { element.focus(); return element.parentElement.open })
      if (!(await summary.evaluate((element) => element === document.activeElement))) return tell(`${await summary.innerText()} cannot have the focus`)
      await page.keyboard.press(key)
      if (await summary.evaluate((element) => element.parentElement.open) === before) tell(`${key} does not turn ${await summary.innerText()}`)
    }
  }
}

/** What scrolls sideways is a stop of its own, with a name, and the arrow keys move it. */
async function scrolled(page, tell) {
  const scrollers = page.locator('body *')
  const found = await scrollers.evaluateAll((elements) => elements.map((element, at) => ({ at, element })).filter(({ element }) => (
    ['auto', 'scroll'].includes(getComputedStyle(element).overflowX) && element.scrollWidth > element.clientWidth + 1 && element.checkVisibility()
  )).map(({ at, element }) => ({
    at, named: Boolean(element.getAttribute('aria-label') || element.getAttribute('aria-labelledby')) && element.hasAttribute('role'),
    reached: element.tabIndex === 0, label: `${element.localName}.${element.className}`,
  })))
  for (const { at, named, reached, label } of found.slice(0, 4)) {
    if (!named) tell(`${label} scrolls and has no name`)
    if (!reached) { tell(`${label} scrolls and cannot be reached`); continue }
    await scrollers.nth(at).evaluate((element) => { element.focus(); element.scrollLeft = 0 })
    await page.keyboard.press('ArrowRight')
    const moved = await page.waitForFunction(() => document.activeElement.scrollLeft > 0, undefined, { timeout: 2000 }).catch(() => null)
    if (!moved) tell(`the arrow keys do not move ${label}`)
    const under = await scrollers.nth(at).evaluate((element) => {
      const head = [...element.querySelectorAll('tbody th')].find((cell) => getComputedStyle(cell).position === 'sticky')
      head?.scrollIntoView({ block: 'center' })
      element.scrollLeft = 150
      const box = head?.getBoundingClientRect()
      return box && !head.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2))
    })
    if (under) tell(`cells of ${label} lie over the heads of its rows`)
  }
}

async function searched(page, base, fault) {
  await page.goto(base)
  const tell = (text) => fault(`search by keyboard: ${text}`)
  for (let presses = 0; presses < 10 && !(await page.evaluate(() => document.activeElement.matches('input[name=q]'))); presses += 1) await page.keyboard.press('Tab')
  await page.keyboard.type('probation')
  await Promise.all([page.waitForURL(/\/search\/(index\.html)?\?q=probation$/), page.keyboard.press('Enter')])
  await answered(page)
  await walked(page, tell)
  await page.locator('#app-results-kinds li:not([hidden]) a').nth(1).focus()
  await Promise.all([page.waitForURL('**kind=**'), page.keyboard.press('Enter')])
  await answered(page)
  await page.goto(`${base}search/?q=review`)
  await answered(page)
  await page.locator('#app-results-next').focus()
  await Promise.all([page.waitForURL('**page=2**'), page.keyboard.press('Enter')])
  if (!(await answered(page)).includes('21 to')) tell('the second page of results is not shown')
}
