// Opened from a disk, without a server: every link of every kind of page leads to a file that the browser shows. A folder
// would be shown as a list of files.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const DOWNLOADS = /\.(?:pdf|docx|ics|json|xml|zip|csv|xlsx)$/

export async function look({ site, pages, browser, fault }) {
  const context = await browser.newContext()
  const page = await context.newPage()
  const root = pathToFileURL(`${site}/`).href
  const clicked = new Set()
  let followed = 0
  for (const path of pages) {
    if (path === '404.html') continue // only a server shows it
    const here = root + path + (path.endsWith('/') || !path ? 'index.html' : '')
    await page.goto(here)
    const links = await page.evaluate(() => [...document.querySelectorAll('a[href]:not(.govuk-skip-link)')].map((link) => ({ shown: link.checkVisibility(), written: link.getAttribute('href'), href: link.href })))
    for (const { shown, written, href } of links) {
      if (!href.startsWith('file:')) continue
      const target = fileURLToPath(href.replace(/[?#].*/, ''))
      if (!existsSync(target)) fault(`/${path} from a disk: ${written} leads nowhere`)
      else if (statSync(target).isDirectory()) fault(`/${path} from a disk: ${written} leads to a folder`)
      const kind = `${path.split('/')[0]} ${written.replace(/[^/#.]+/g, 'x')}`
      if (!shown || clicked.has(kind) || DOWNLOADS.test(target)) continue
      clicked.add(kind)
      await page.goto(here)
      await page.locator(`a[href="${written}"]`).and(page.locator(':visible')).first().click()
      await page.waitForURL((address) => address.href.replace(/[?#].*/, '') === href.replace(/[?#].*/, ''))
      if (!(await page.locator('h1').count())) fault(`/${path} from a disk: ${written} shows no page`)
      followed++
    }
  }
  await page.goto(`${root}search/index.html?q=housing`)
  if (!(await page.getByText('A copy that is opened from a disk has only the lists below').isVisible()))
    fault('/search/ from a disk does not say why it finds nothing')
  await context.close()
  return `${pages.length} pages, ${followed} links followed by a click`
}
