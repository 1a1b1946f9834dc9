// Looks at a built site in Chromium, one look after the other (looks/*.mjs), and tells every fault.
// Run: node gate.mjs SITE [CHROMIUM] [--strange FOLDER] [--only NAME,…]
// FOLDER holds the sites that strange.py makes: hostile texts, and one under a path of its own.
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import { launched, oneOfEach, pagesOf, served } from './house.mjs'

const LOOKS = ['rules', 'searching', 'keyboard', 'enlarged', 'colours', 'paper', 'lost', 'hostile', 'calendars', 'disk', 'tasks', 'lists']
const { values, positionals } = parseArgs({ allowPositionals: true, options: { strange: { type: 'string' }, only: { type: 'string' } } })
const [site, executable = '/usr/bin/chromium'] = positionals

const browser = await launched(executable)
const { address, close } = await served(site)
const all = pagesOf(site)
const strange = values.strange && ((name) => join(values.strange, name, 'site'))
let total = 0
for (const name of values.only?.split(',') ?? LOOKS) {
  const begun = Date.now()
  const { look } = await import(`./looks/${name}.mjs`)
  const faults = []
  const fault = (text) => faults.push(text)
  const told = await look({ site, all, pages: oneOfEach(all, site), base: address, browser, strange, fault }).catch((error) => {
    fault(`${name}: stopped: ${error.message}`)
    return 'stopped'
  })
  for (const fault of new Set(faults)) console.log(fault)
  console.log(`${name}: ${told}: ${new Set(faults).size} faults (${Math.round((Date.now() - begun) / 1000)} s)`)
  total += faults.length
}
await browser.close()
close()
process.exit(total ? 1 : 0)
