// Writes a whole agreement with the pages of `undersigned edit` alone, JavaScript off: a MARAC of six parties. Looks at each page
// with axe at two widths, and counts pages, questions, words typed and codes typed.
// Run: node edit_marac.mjs ADDRESS [CHROMIUM] [--standard] [--keyboard] [--look] [--pictures FOLDER]. Prints one line of JSON.
import { parseArgs } from 'node:util'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import axe from 'axe-core'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { pictures: { type: 'string' }, keyboard: { type: 'boolean' }, look: { type: 'boolean' }, standard: { type: 'boolean' } }
})
const [address, executablePath = '/usr/bin/chromium'] = positionals
const base = new URL(address).origin
const browser = await puppeteer.launch({ executablePath, args: ['--no-sandbox'] })
const page = await browser.newPage()
await page.setJavaScriptEnabled(false)
const other = given.look ? await puppeteer.launch({ executablePath, args: ['--no-sandbox'] }) : null
const copy = await other?.newPage()
await page.setViewport({ width: 1280, height: 900 })
const count = { pages: 0, questions: 0, words: 0, codes: 0, faults: [] }
const seen = new Set()
let here = ''

async function look () {
  count.pages++
  count.questions += await page.$$eval('main fieldset, main .govuk-form-group > label', (all) => all.length)
  if (!given.look) return
  const name = await page.$eval('h1', (one) => one.textContent.trim().toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40))
  const html = await page.content()
  const shape = `${name} ${html.replace(/>[^<]*</g, '><').replace(/(value|id|for|name|href|aria-describedby)="[^"]*"/g, '').length}`
  if (seen.has(shape)) return
  const first = ![...seen].some((one) => one.startsWith(`${name} `))
  seen.add(shape)
  // axe is a script: it looks at a copy of the page.
  await copy.setContent(html.replace('<head>', `<head><base href="${base}/">`))
  await copy.$$eval('details', (all) => all.forEach((one) => { one.open = true }))
  for (const width of [1280, 320]) {
    await copy.setViewport({ width, height: 900 })
    await copy.evaluate(axe.source)
    const found = await copy.evaluate(async () => (await axe.run(document)).violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 150)}`))
    if (await copy.evaluate(() => document.documentElement.scrollWidth > innerWidth)) found.push('wider than the window')
    for (const fault of found) count.faults.push(`${name} at ${width}: ${fault}`)
    if (given.pictures && first) await copy.screenshot({ path: join(given.pictures, `${name}-${width}.png`), fullPage: true })
  }
}

// With the keyboard alone: Tab until the wanted element has the focus.
async function reach (selector) {
  for (let tabs = 0; tabs < 400; tabs++) {
    if (await page.evaluate((wanted) => document.activeElement !== document.body && document.activeElement.matches(wanted), selector)) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not reach ${selector} at ${page.url()}`)
}

async function open (path) {
  if (given.keyboard && await page.$(`a[href="${path}"]`)) {
    await reach(`a[href="${path}"]`)
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  } else await page.goto(base + path)
  await look()
}

async function fill (id, text) {
  count.words += text.split(/\s+/).length
  if (/^[a-z0-9]+(-[a-z0-9]+)+$/.test(text)) count.codes++
  if (given.keyboard) { await reach(`#${id}`) } else { await page.focus(`#${id}`) }
  await page.$eval(`#${id}`, (one) => one.select())
  await page.keyboard.sendCharacter(text)
}

async function tick (name, ...values) {
  for (const value of values) {
    const selector = `input[name="${name}"][value="${value}"]`
    const box = await page.$(selector)
    if (box === null) {
      if (!await page.$(`select#${name}`)) throw new Error(`no ${name} ${value} at ${page.url()}: ${await title()}`)
      if (!given.keyboard) { await page.select(`#${name}`, value); continue }
      await reach(`#${name}`)
      for (let moves = 0; moves < 200 && await page.$eval(`#${name}`, (one) => one.value) !== value; moves++) await page.keyboard.press('ArrowDown')
      if (await page.$eval(`#${name}`, (one) => one.value) !== value) throw new Error(`${value} is not chosen`)
      continue
    }
    const folded = await page.$eval(selector, (one) => { const it = one.closest('details'); return it !== null && !it.open })
    if (folded) {
      if (given.keyboard) { await reach('details summary'); await page.keyboard.press('Enter') } else await page.click('details summary')
    }
    if (await page.$eval(selector, (one) => one.checked)) continue
    if (!given.keyboard) { await page.click(selector); continue }
    if (await page.$eval(selector, (one) => one.type) === 'checkbox') {
      await reach(selector)
      await page.keyboard.press('Space')
    } else {
      // One Tab reaches the group; the arrow keys choose within it.
      await reach(`input[name="${name}"]`)
      await page.keyboard.press('Space')
      for (let moves = 0; moves < 60 && !await page.$eval(selector, (one) => one.checked); moves++) await page.keyboard.press('ArrowDown')
    }
    if (!await page.$eval(selector, (one) => one.checked)) throw new Error(`${selector} is not ticked`)
  }
}

async function press (value = 'next') {
  const selector = `button[value="${value}"]`
  if (given.keyboard) {
    await reach(selector)
    await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
  } else await Promise.all([page.waitForNavigation(), page.click(selector)])
  await look()
  const wrong = await page.$$eval('.govuk-error-summary li', (all) => all.map((one) => one.textContent))
  if (wrong.length) throw new Error(`${page.url()}: ${wrong.join(' | ')}`)
}

const title = () => page.$eval('h1', (one) => one.textContent.trim())

// Begins on the first page of a card. The last card goes back to the overview.
async function card (who, why, what, law, how, last = false) {
  await tick('senders', ...who.from)
  await tick('receivers', ...who.to)
  await fill('title', why.title)
  await tick('when', why.when)
  await tick('purpose', why.purpose)
  await press()
  const items = await page.$$eval('input[name="items"]', (all) => all.map((one) => one.value))
  if (what.items) await tick('items', ...what.items.map((index) => items[index]))
  if (what.fresh) {
    await fill('new_name', what.fresh.name)
    await tick('new_sensitivity', ...what.fresh.kinds)
    await fill('new_why', what.fresh.why)
  }
  await fill('not_shared', what.never)
  await press()
  for (let steps = 0; steps < 6; steps++) {
    const now = await title()
    if (now.startsWith('What do they hold')) {
      for (const [name, value] of Object.entries(law.uses)) if (await page.$(`input[name="use-${name}"]`)) await tick(`use-${name}`, value)
    } else if (now.startsWith('Which law')) {
      await tick('powers', ...law.powers)
      for (const name of ['ground', 'strict']) if (await page.$(`input[name="${name}"]`)) await tick(name, law[name])
    } else break
    await press()
  }
  if (await page.$('input[name="asking"]')) await tick('asking', law.asking ?? 'none')
  await fill('method', how[0])
  await fill('timing', how[1])
  await fill('retention', how[2])
  await press()
  await press(last ? 'add' : 'another')
}

async function charities (charity) {
  await open(`${here}/organisation`)
  const both = [
    ['Arch North Staffs', 'Independent domestic violence advisers, who speak for the victim'],
    ['Nacro', 'Runs the programme for people who have abused']
  ]
  for (const [index, [name, capacity]] of both.entries()) {
    await fill('name', name)
    await tick('kind', 'voluntary')
    await tick('jurisdiction', 'england')
    await fill('capacity', capacity)
    await fill('group', charity)
    await press(index + 1 < both.length ? 'another' : 'next')
  }
}

async function facts () {
  await open(`${here}/part/about`)
  if (!given.standard) await fill('summary', 'Some people are at high risk of being killed or badly hurt by a partner or a relative. Agencies meet to make them safer. The meeting is called a MARAC. This agreement says what the agencies may tell each other for it.')
  if (!given.standard) await tick('jurisdictions', 'england')
  await fill('areas', 'staffordshire')
  await tick('lead', 'example-county-police')
  await tick('owner', 'community-safety-board')
  await fill('owner_post', 'Chair')
  await tick('part_of', 'staffordshire-information-sharing-framework')
  await fill('effective_from', '16 November 2026')
  await press('following')
}

async function papers () {
  await tick('status', 'completed')
  await fill('completed_on', '2 November 2026')
  await fill('reference', 'DPIA-MARAC-1')
  await fill('policy_reference', 'APD-MARAC-1')
  await press(given.standard ? 'next' : 'following')
}

async function fromNothing () {
  const publics = ['example-county-council', 'staffordshire-probation', 'example-nhs-trust']

  await open(`${here}/many-parties`)
  await tick('parties', 'example-county-police', ...publics)
  await press()
  const does = {
    'Example County Police': ['Hosts the coordinator, and protects victims', ''],
    'Example County Council': ['Social care for adults and children', 'Public bodies'],
    'Example NHS Trust': ['Emergency department, maternity and mental health', 'Public bodies']
  }
  const asked = await page.$$eval('main label', (all) => all.map((one) => [one.htmlFor, one.textContent]))
  for (const [id, label] of asked.filter(([id]) => id.startsWith('capacity-'))) {
    const name = Object.keys(does).find((one) => label.includes(one))
    const [capacity, group] = does[name] ?? ['Supervises people who have abused', 'Public bodies']
    await fill(id, capacity)
    if (group) await fill(id.replace('capacity', 'group'), group)
  }
  await press()
  await charities('Domestic abuse charities')
  await facts()
  await fill('aims', 'Keep people who are at high risk from domestic abuse alive and safe\nProtect children who live with it\nManage the person who abuses')
  await fill('benefits', 'One plan instead of six\nThe victim tells the story once')
  await fill('necessity', 'No one agency sees the whole risk. A yes or no from each agency was tried and told the meeting nothing.')
  await fill('if_not_shared', 'People are killed by somebody whom two agencies knew to be dangerous.')
  await fill('people', 'people at high risk from domestic abuse\npeople who abuse them\nchildren in the household')
  await press('following')
  await fill('proportionality', 'Only cases that score high on the checklist are heard. Each agency tells only what bears on the risk.')
  await fill('consent', 'The victim is asked where that is safe. If they say no, the risk decides. The person who abuses is not asked.')
  await fill('transparency', 'The adviser tells the victim. The person who abuses is not told, because that would add to the danger.')
  await fill('vital_interests', 'Only where a life is in danger at that moment.')
  await press('following')
  await open(`${here}/many-items`)
  const items = [
    ['Name, date of birth, address and safe way to reach the person at risk', ['personal'], 'victim', 'To be sure who is spoken of, and to reach them safely'],
    ['Name, date of birth and address of the person who abuses', ['criminal-offence'], '', 'To be sure who is spoken of'],
    ['Names, ages and schools of the children', ['personal'], 'child', 'To protect them'],
    ['The risk checklist (DASH) and its score', ['special-category', 'criminal-offence'], 'victim', 'To judge the risk'],
    ['Incidents of abuse in the last 12 months, with dates', ['criminal-offence'], '', 'To judge the risk'],
    ['Order or licence, its conditions, and the date of release', ['criminal-offence'], '', 'To plan for the day of release'],
    ['Injuries, pregnancy, mental health and drink or drugs, so far as they bear on the risk', ['special-category'], 'victim', 'To judge the risk'],
    ['The actions that the meeting agreed, each with a post and a day', ['special-category', 'criminal-offence'], 'victim', 'So that each does its part']
  ]
  await fill('names', items.map(([name]) => name).join('\n'))
  await press()
  for (const [index, [, kinds, about, why]] of items.entries()) {
    await tick(`sensitivity-${index}`, ...kinds)
    if (about) await tick(`item_about-${index}`, about)
    await fill(`why-${index}`, why)
  }
  await press()
  await open(`${here}/part/care`)
  await papers()
  await fill('interval_months', '12')
  await fill('triggers', 'a change in the law it relies on\na death')
  await press('following')
  await open(`${here}/part/funding/new`)
  await fill('source', 'Each party\'s own budget')
  await fill('pays_for', 'The coordinator and the advisers')
  await press()

  await open(`${here}/card`)
  const ids = await page.$$eval('input[name="senders"]', (all) => all.map((one) => [one.labels[0].textContent, one.value])).then(Object.fromEntries)
  const police = ids['Example County Police']
  const [council, nhs, probation] = ['example-county-council', 'example-nhs-trust', 'staffordshire-probation']
  const [bodies, helpers] = [ids['Public bodies'], ids['Domestic abuse charities']]
  const [victim, abuser, children, checklist, incidents, licence, health, actions] = items.keys()

  const both = { probation: 'law-enforcement', police: 'law-enforcement' }
  const welfare = { probation: 'uk-gdpr', police: 'law-enforcement' }
  const safe = { ground: 's1p18', strict: 's8p4' }
  const mail = 'Secure e-mail to the coordinator\'s mailbox'
  const officers = 'Secure e-mail to the mailbox of each nominated officer'
  const crime = ['cda98-s115']

  await card({ from: [bodies, helpers], to: [police] }, { title: 'Referral', when: 'routine', purpose: 'adult' }, { items: [victim, abuser, children, checklist, incidents], never: 'The whole case file\nNotes of counselling' }, { uses: both, powers: crime, ...safe }, [mail, 'Within 1 working day of the checklist', '6 years'])
  await card({ from: [police], to: [bodies, helpers] }, { title: 'The list of cases for research', when: 'meeting', purpose: 'adult' }, { items: [victim, abuser, children], never: 'Intelligence that does not bear on the risk' }, { uses: welfare, powers: ['common-law-police'], ...safe }, [officers, '8 working days before the meeting', '1 year'])
  await card({ from: [police], to: [bodies, helpers] }, { title: 'Actions of the meeting', when: 'meeting', purpose: 'adult' }, { items: [victim, actions], never: 'Intelligence' }, { uses: welfare, powers: ['common-law-police'], ...safe }, [officers, 'Within 2 working days of the meeting', '6 years'])
  await card({ from: [council, nhs, helpers], to: [police] }, { title: 'What the council, the NHS trust and each charity know', when: 'meeting', purpose: 'adult' }, { items: [incidents, health], never: 'The whole case file\nNotes of counselling' }, { uses: both, powers: crime, ...safe }, ['At the meeting and on the research form', '1 working day before the meeting', '6 years'])
  await card({ from: [probation], to: [police] }, { title: 'What probation knows', when: 'meeting', purpose: 'adult' }, { items: [incidents, licence], never: 'The full assessment (OASys)' }, { uses: both, powers: ['oma07-s14'], ...safe }, ['At the meeting and on the research form', '1 working day before the meeting', '6 years'])
  await card({ from: [probation], to: ['arch-north-staffs'] }, { title: 'Release of the person who abuses', when: 'routine', purpose: 'adult' }, { items: [abuser, licence], never: 'The full assessment (OASys)' }, { uses: both, powers: ['oma07-s14'], ...safe }, ['Secure e-mail to the duty adviser', '28 days before release, and the same day if the date changes', '1 year'])
  await card({ from: [nhs], to: [council] }, { title: 'Injuries seen in hospital', when: 'routine', purpose: 'adult' }, { items: [victim, children, health], never: 'The hospital record' }, { uses: both, powers: crime, asking: 'stops', ...safe }, ['The council\'s safeguarding referral form', 'The same day', 'As the council\'s safeguarding schedule says'])
  await card({ from: ['nacro'], to: [probation] }, { title: 'Attendance at the programme', when: 'routine', purpose: 'crime' }, { items: [abuser, incidents], never: 'What was said in the group' }, { uses: both, powers: ['oma07-s14'], ground: 's1p10' }, ['Secure e-mail', 'Within 2 working days of each session', '2 years'])
  await card({ from: [bodies, helpers], to: [police] }, { title: 'Somebody is in danger now', when: 'emergency', purpose: 'adult' }, { items: [victim, abuser, incidents], never: 'Anything else' }, { uses: both, powers: crime, ...safe }, ['Ring 999, then the coordinator', 'At once', '6 years'])
  await card({ from: [police], to: [probation, council] }, { title: 'Yearly figures', when: 'routine', purpose: 'other' }, { fresh: { name: 'Counts of cases and repeat cases', kinds: ['depersonalised'], why: 'To see whether it works' }, never: 'Names' }, { uses: both }, ['E-mail', 'By 30 April', '6 years'], true)

  await open(`${here}/part/clauses/new`)
  const clauses = [
    ['Who is responsible', [], 'Each party is a separate controller of what it holds.'],
    ['Keeping information accurate', ['accuracy'], 'Each party keeps fact apart from opinion. It tells the coordinator of a mistake within 1 working day.'],
    ['Passing information on', ['onward-disclosure'], 'Nobody passes on what was said at the meeting without asking the party that said it. Nobody tells the person who abuses.'],
    ['Signatures', [], 'Each party signs two copies, keeps one and returns one to the police within 28 days.'],
    ['Yearly review', [], 'The parties review this agreement once a year.'],
    ['Joining and leaving', ['joining-and-leaving'], 'A party may leave by giving 30 days\' notice in writing.']
  ]
  for (const [index, [name, covers, text]] of clauses.entries()) {
    await fill('title', name)
    if (covers.length) await tick('covers', ...covers)
    await fill('text', text)
    await press(index + 1 < clauses.length ? 'another' : 'next')
  }
  await open(`${here}/clauses/adopt`)
  await tick('clauses', 'security', 'breach', 'individual-rights', 'complaints', 'freedom-of-information', 'automated-decisions', 'international-transfers', 'equality', 'disputes', 'liability', 'amendment', 'training', 'outcomes')
  await press()
}

const begun = Date.now()
await page.goto(address)
await look()
await open('/new')
await fill('title', 'Staffordshire Multi-Agency Risk Assessment Conference (MARAC) Agreement')
await tick('kind', 'information-sharing-protocol')
await tick('standard', given.standard ? 'marac' : 'none')
await press()
if (given.standard) {
  await tick('end-police', 'example-county-police')
  await tick('end-supervisors', 'staffordshire-probation')
  await tick('end-social-care-councils', 'example-county-council')
  await tick('end-health-services', 'example-nhs-trust')
  await tick('lead', 'example-county-police')
  await press()
}
here = new URL(page.url()).pathname

if (given.standard) {
  await charities('Services for victims of domestic abuse')
  await open(`${here}/part/parties`)
  await open(`${here}/group/registered-landlords/remove`)
  await press()
  await facts()
  await papers()
} else await fromNothing()

await open(here)
count.missing = await page.$eval('.govuk-body-l', (one) => one.textContent.trim())
count.left = await page.$$eval('main ul.govuk-list--bullet li', (all) => all.map((one) => one.textContent.trim()))
await open(`${here}/propose`)
await press('propose')
count.proposed = (await page.content()).includes('Your change is proposed')
count.branch = await page.$eval('main strong', (one) => one.textContent)
count.seconds = Math.round((Date.now() - begun) / 1000)
count.faults = [...new Set(count.faults)]
console.log(JSON.stringify(count))
await browser.close()
await other?.close()
process.exit(count.faults.length || !count.proposed ? 1 : 0)
