// Forced colours: bars, drawings, tags, buttons, notices and the focus are still told from the page. No motion at all.
import { dots, contrast } from '../house.mjs'

// What is marked by colour alone otherwise needs a line round it, because a reader's own colours take the ground away.
const LINED = '.govuk-tag, .govuk-button, .govuk-input, .app-notice, .app-example, .app-card, .app-figures > li, .app-sample, .app-draft'
const FILLED = '.app-bars__bar, .app-pathway__stage, .app-pathway__count'
const FOCUSED = ['a.govuk-link', '.govuk-button', '.govuk-input', 'summary', '.app-scroll', '.app-matrix a', '.govuk-service-navigation__link', '.govuk-skip-link']
const LEAST_CONTRAST = 3
const LEAST_DOTS = 100

export async function look({ pages, base, browser, fault }) {
  const blank = await browser.newPage()
  const seen = new Set()
  const withMarks = new Set()
  for (const colorScheme of ['dark', 'light']) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, forcedColors: 'active', reducedMotion: 'reduce', colorScheme })
    const page = await context.newPage()
    for (const path of colorScheme === 'dark' ? pages : withMarks) {
      await page.goto(base + path)
      if (await page.locator(FILLED).count()) withMarks.add(path)
      const tell = (text) => fault(`/${path} in forced colours (${colorScheme}): ${text}`)
      for (const selector of await page.evaluate(bare, LINED)) tell(`${selector} has no line round it`)
      const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((element) => {
        const { animationName, transitionDuration } = getComputedStyle(element)
        return animationName !== 'none' || parseFloat(transitionDuration) > 0.01
      }).map((element) => element.className))
      if (moving.length) tell(`moves although less motion is asked for: ${moving[0]}`)
      for (const selector of FILLED.split(', ')) await filled(page, blank, selector, colorScheme + selector, seen, tell)
      for (const selector of FOCUSED) await focused(page, blank, selector, colorScheme + selector, seen, tell)
    }
    await context.close()
  }
  await blank.close()
  return `${pages.length} pages, ${seen.size} kinds of mark`
}

// In the page: what of these has neither a border nor an outline on any side.
function bare(selector) {
  return [...new Set([...document.querySelectorAll(selector)].filter((element) => {
    const style = getComputedStyle(element)
    const sides = ['Top', 'Right', 'Bottom', 'Left'].some((side) => style[`border${side}Style`] !== 'none' && parseFloat(style[`border${side}Width`]) >= 1)
    return element.checkVisibility() && !sides && style.outlineStyle === 'none'
  }).map((element) => element.className))]
}

const pixel = ({ width, data }, x, y) => data.slice((y * width + x) * 4, (y * width + x) * 4 + 3)

/** The mark, or the line at its edge, differs from what lies beside it. Once for each kind of mark. */
async function filled(page, blank, selector, kind, seen, tell) {
  const mark = page.locator(selector).first()
  if (seen.has(kind) || !(await mark.count())) return
  seen.add(kind)
  await mark.scrollIntoViewIfNeeded()
  const box = await mark.boundingBox()
  const clip = { x: Math.max(0, box.x - 6), y: box.y - 6, width: box.width + 6, height: box.height + 12 }
  const picture = await dots(blank, await page.screenshot({ clip }))
  const middle = Math.round(picture.width / 2)
  const ground = pixel(picture, middle, 1)
  const column = Array.from({ length: picture.height - 4 }, (_, y) => contrast(ground, pixel(picture, middle, y + 2)))
  if (Math.max(...column) < LEAST_CONTRAST) tell(`${selector} cannot be told from the page`)
}

async function focused(page, blank, selector, kind, seen, tell) {
  const control = page.locator(`:is(main, header, body) ${selector}`).locator('visible=true').first()
  if (seen.has(kind) || !(await control.count())) return
  seen.add(kind)
  // A key has to have been pressed for the browser to take the focus for one that is to be shown.
  await page.keyboard.press('Tab')
  await control.focus()
  const box = await control.boundingBox()
  const clip = { x: Math.max(0, box.x - 8), y: Math.max(0, box.y - 8), width: Math.min(box.width + 16, 600), height: Math.min(box.height + 16, 300) }
  const marked = await dots(blank, await page.screenshot({ clip, caret: 'hide' }))
  await page.evaluate(() => document.activeElement.blur())
  const plain = await dots(blank, await page.screenshot({ clip, caret: 'hide' }))
  let changed = 0
  for (let at = 0; at < plain.data.length; at += 4) changed += contrast(marked.data.slice(at, at + 3), plain.data.slice(at, at + 3)) >= LEAST_CONTRAST ? 1 : 0
  if (changed < Math.min(box.width, LEAST_DOTS)) tell(`${selector} with the focus looks like ${selector} without`)
}
