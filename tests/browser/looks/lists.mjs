// The lists that a script filters and sorts in place, and the page that checks a copy, as a reader uses them: by typing and by
// clicking. Without JavaScript a list is whole, in its own order, and offers nothing that would not work.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { dots } from '../house.mjs'

const LISTS = ['organisations/', 'reviews/', 'status/', 'verify/']
const WIDE = ['areas/', 'status/', 'areas/staffordshire/']
const FEW = 5
const rowsOf = (page) => page.locator('table.app-list tbody tr:not(.app-list__all)')
const shownOf = (page) => page.locator('table.app-list tbody tr:not(.app-list__all):visible')

export async function look({ site, base, browser, fault }) {
  for (const path of LISTS) {
    const tell = (text) => fault(`/${path} ${text}`)
    const page = await browser.newPage()
    page.on('pageerror', (error) => tell(`stops with ${error.message}`))
    await page.goto(base + path)
    await filtered(page, tell)
    await sorted(page, tell)
    await page.close()
    const plain = await browser.newContext({ javaScriptEnabled: false })
    const without = await plain.newPage()
    await without.goto(base + path)
    if (await without.locator('#app-filter:visible, .app-list__sort').count()) tell('offers what needs JavaScript to a browser without')
    if (!(await shownOf(without).count()) || (await shownOf(without).count()) !== (await rowsOf(without).count())) tell('hides rows without JavaScript')
    await plain.close()
  }
  const wide = await edgesShown(base, browser, fault)
  const checked = await copyChecked(site, base, browser, fault)
  return `${LISTS.length} lists, ${wide} wide tables, ${checked} copies`
}

async function filtered(page, tell) {
  const all = await rowsOf(page).count()
  const field = page.locator('#app-filter-field')
  if (all <= FEW || !(await field.count())) {
    if (await field.isVisible()) tell(`has a field to filter ${all} rows by`)
    return
  }
  if (!(await field.isVisible())) { tell('has no field to filter by'); return }
  const [wanted] = (await rowsOf(page).last().locator('th').innerText()).toUpperCase().split('\n')
  await field.fill(` ${wanted} `)
  const shown = await shownOf(page).allInnerTexts()
  if (!shown.length || shown.length === all) tell(`shows ${shown.length} of ${all} rows with “${wanted}”`)
  for (const row of shown) for (const word of wanted.split(/\s+/)) if (!row.toUpperCase().includes(word)) tell(`shows a row without “${word}”: ${row}`)
  const said = await page.locator('#app-filter [role=status]').innerText()
  if (said !== `${shown.length} of ${all} rows are shown.`) tell(`says “${said}” of ${shown.length} rows of ${all}`)
  await field.fill('nothing has these words')
  if (await shownOf(page).count()) tell('shows rows that do not have the words')
  if (await page.locator('.app-scroll:has(table.app-list):visible').count()) tell('shows the head of a table without rows')
  await field.fill('')
  if ((await shownOf(page).count()) !== all) tell('does not show every row again')
}

async function sorted(page, tell) {
  const table = page.locator('table.app-list:has(tbody tr:nth-child(3))').first()
  const words = () => table.locator('tbody tr:not(.app-list__all) th').allInnerTexts()
  const head = table.locator('thead th').first()
  const own = await words()
  const inOrder = [...own].sort((one, other) => one.toLowerCase().localeCompare(other.toLowerCase()))
  for (const [direction, wanted] of [['ascending', inOrder], ['descending', [...inOrder].reverse()]]) {
    await head.getByRole('button').click()
    if ((await head.getAttribute('aria-sort')) !== direction) tell(`does not say that it is sorted ${direction}`)
    if (JSON.stringify(await words()) !== JSON.stringify(wanted)) tell(`is not sorted ${direction} by its first column`)
  }
  await table.locator('thead th').nth(1).getByRole('button').click()
  if ((await table.locator('thead th[aria-sort]').count()) !== 1) tell('says of more than one column that it is sorted by it')
}

/** On a phone, the edge behind which a table goes on is darker than the same edge where it ends. Returns how many were looked at. */
async function edgesShown(base, browser, fault) {
  const page = await browser.newPage({ viewport: { width: 360, height: 740 }, colorScheme: 'light' })
  const blank = await browser.newPage()
  let looked = 0
  for (const path of WIDE) {
    await page.goto(base + path)
    for (const box of await page.locator('.app-scroll:visible').all()) {
      if (await box.evaluate((one) => one.scrollWidth <= one.clientWidth)) continue
      looked += 1
      await box.scrollIntoViewIfNeeded()
      const { x, y, width, height } = await box.boundingBox()
      const light = []
      for (const share of [0, 1]) {
        await box.evaluate((one, to) => { one.scrollLeft = to * one.scrollWidth }, share)
        // The middle one of the dots at the right edge: words, lines and the ground of a state are fewer.
        const { data } = await dots(blank, await page.screenshot({ clip: { x: x + width - 1, y: Math.max(y, 0), width: 1, height: Math.min(height + Math.min(y, 0), 740 - Math.max(y, 0)) } }))
        const column = [...data].filter((_, at) => at % 4 === 0).sort((one, other) => one - other)
        light.push(column[column.length >> 1])
      }
      if (light[0] > light[1] - 40) fault(`/${path} does not show that “${await box.getAttribute('aria-label')}” goes on`)
    }
  }
  await Promise.all([page.close(), blank.close()])
  return looked
}

/** The documents of one protocol are known as the site's own, and another file as none. Returns how many files were chosen. */
async function copyChecked(site, base, browser, fault) {
  const downloads = join(site, 'downloads')
  const [protocol] = readdirSync(downloads).filter((name) => readdirSync(join(downloads, name)).some((file) => /-v\d.*\.pdf$/.test(file)))
  const files = readdirSync(join(downloads, protocol)).filter((file) => /-v[\d.]+\.(pdf|docx)$/.test(file)).map((file) => join(downloads, protocol, file))
  const page = await browser.newPage()
  await page.goto(`${base}verify/`)
  for (const [file, answer] of [...files.map((name) => [name, 'It is the document of this site']), [join(site, 'index.html'), 'This is not a copy']]) {
    await page.locator('#verify-file').setInputFiles(file)
    await page.locator('#verify-answer').getByText(answer).waitFor({ timeout: 20_000 }).catch(() => fault(`/verify/ does not say “${answer}” of ${file}`))
  }
  const fingerprint = await page.locator('table.app-list tbody tr').first().evaluate((row) => [new URL(row.querySelector('a').href).pathname.split('/').filter((part) => part && part !== 'index.html').at(-1), row.cells[1].textContent, row.querySelector('.app-fingerprint').textContent.replaceAll(' ', '')].join('/'))
  for (const [code, answer] of [[fingerprint, 'The paper names a text'], [`${fingerprint}0`, 'does not publish a text with that fingerprint']]) {
    await page.goto('about:blank')
    await page.goto(`${base}verify/#${code}`)
    await page.locator('#verify-answer').getByText(answer).waitFor({ timeout: 20_000 }).catch(() => fault(`/verify/#${code} does not say “${answer}”`))
  }
  await page.close()
  return files.length + 1
}
