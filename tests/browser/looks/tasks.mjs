// The seventeen tasks of the trial of November 2026, walked from the front page with and without JavaScript with the bodies of the
// example register: how many clicks, how many words a reader passes, and whether the answer is there. Then what else front-line
// readers come for. Three clicks and 400 words are the most. A task with a lower limit of its own keeps what is reached.
const MOST_CLICKS = 3
const MOST_WORDS = 400
const HOUSING = 'Staffordshire Housing Protocol for People on Probation'
const AREA = ['choose your area', 'Staffordshire']
const SEVENTEEN = [
  { task: 'May probation tell the council the risk level, and whom does it write to?', clicks: ['Probation Service, Example County', 'Brackenford Borough Council'], answers: ['brackenford-housing@', 'has asked the MAPPA co-ordinator', 'Level of risk:'], most: 250 },
  { task: 'What does Longstile still owe?', clicks: ['Organisations', 'Voluntary organisation', 'Longstile Resettlement'], answers: ['What it owes', 'A signature:'] },
  { task: 'What changed since we signed 1.0?', clicks: [HOUSING, 'What changed', 'From version 1.0 to version 2.1'], answers: ['Example County Police joins'] },
  { task: 'The blank pro forma, in Word', clicks: [HOUSING, 'Forms and letters', 'Homelessness pro forma and housing application'], answers: ['Homelessness pro forma and housing application (Word'] },
  { task: 'What is shared about me?', clicks: ['On probation?', 'Staffordshire', 'When you need a home'], answers: ['What we pass on', 'Your council.'] },
  { task: 'How do I object?', clicks: ['On probation?'], answers: ['If you do not want it passed on, say so'] },
  { task: 'My next review, in Outlook', clicks: ['Review calendar', 'how to add it to Outlook, Google or Apple'], answers: ['Outlook: Calendar'] },
  { task: 'Who provides alcohol treatment here?', clicks: [...AREA, 'Who provides what in Staffordshire'], answers: ['by Example Alcohol Service'] },
  { task: 'Is there a gap?', clicks: [...AREA, 'Who provides what in Staffordshire'], answers: ['No one as known on'] },
  { task: 'Which protocols overlap?', clicks: [...AREA, 'Which protocols overlap'], answers: ['Same bodies, other terms'] },
  { task: 'How long did it take to agree, and where did it wait?', clicks: [...AREA, 'How long agreements took, and where they waited'], answers: ['How long a protocol takes to agree', 'In consultation'] },
  { task: 'Which hang on money that ends in March?', clicks: [...AREA, 'Whose money ends, and when'], answers: ['31 March 2028'] },
  { task: 'Show this in Welsh', clicks: ['Welsh'], answers: ['Nothing in it can be read in Welsh yet'] },
  { task: 'A landlord: what may we be told, and on what condition?', clicks: ['Kilnbrook Housing Association', 'Probation Service, Example County'], answers: ['The person must consent'] },
  { task: 'How long does the council keep a referral?', clicks: [HOUSING, 'About this protocol', 'How long the information of each card is kept'], answers: ['The council keeps the referral for 2 years'] },
  { task: 'Is there an impact assessment?', clicks: [HOUSING, 'About this protocol'], answers: ['Data protection impact assessment', 'DPIA-EX-2026-04'] },
  { task: 'A chief executive: what am I asked to sign?', clicks: ['Organisations', 'Hollinmoor District Council'], answers: ['A signature:', 'It would send:', 'It would receive:'] },
]
const MORE = [
  { task: 'Whom do I reach at the council out of hours?', clicks: ['Probation Service, Example County', 'Brackenford Borough Council'], answers: ['Out of hours:'], most: 250 },
  { task: 'Any landlord: what may probation tell one?', clicks: ['Probation Service, Example County', 'Any: housing provider'], answers: ['Referral to a registered landlord'], most: 400 },
  { task: 'Nothing binds us: what do I do?', clicks: ['Probation Service, Example County', 'Thornbeck (North)'], answers: ['No text in force lets you share', 'do not wait for a protocol'], most: 250 },
  { task: 'The body is not listed: what do I do?', clicks: ['Probation Service, Example County', 'The other body is not in this list'], answers: ['No text in this register names', 'do not wait for a protocol'], most: 400 },
  { task: 'What is reserved between us?', clicks: ['Longstile Resettlement', 'Probation Service, Example County'], answers: ['has reserved it'], most: 250 },
]

export async function look({ base, browser, fault }) {
  const lines = []
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled })
    const page = await context.newPage()
    for (const { task, clicks, answers, most = MOST_WORDS } of [...SEVENTEEN, ...MORE]) {
      const tell = (text) => fault(`${task}${javaScriptEnabled ? '' : ' (without JavaScript)'} ${text}`)
      await page.goto(base)
      let passed = 0
      for (const name of clicks) {
        const link = page.getByRole('link', { name, exact: true }).and(page.locator(':visible')).first()
        if (!(await link.count())) { tell(`no link “${name}”`); break }
        passed += await link.evaluate(before)
        await link.click()
      }
      let last = 0
      for (const answer of answers) {
        const found = page.locator('main').getByText(answer).and(page.locator(':visible')).first()
        if (await found.count()) last = Math.max(last, await found.evaluate(before))
        else tell(`does not say “${answer}”`)
      }
      passed += last
      if (clicks.length > MOST_CLICKS) tell(`takes ${clicks.length} clicks`)
      if (passed > most) tell(`takes ${passed} words, more than ${most}`)
      if (javaScriptEnabled) lines.push(`${task} ${clicks.length} ${clicks.length > 1 ? 'clicks' : 'click'}, ${passed} words`)
    }
    await context.close()
  }
  for (const line of lines) console.log(`  ${line}`)
  return `${SEVENTEEN.length} tasks and ${MORE.length} more`
}

// In the page: how many words of its own part a reader sees before `element`.
function before(element) {
  const main = document.querySelector('main')
  if (!main.contains(element)) return 0
  const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT)
  // A link to a place in a page begins there. In the page for two bodies the place chooses what is shown.
  const place = document.querySelector(':target')
  const begin = place?.closest('.app-between') ? null : place
  let words = 0
  while (walker.nextNode()) {
    const text = walker.currentNode
    if (element.contains(text)) break
    if (begin && begin.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_PRECEDING) continue
    if (text.parentElement.checkVisibility()) words += (text.data.match(/[\p{L}\p{N}]\S*/gu) ?? []).length
  }
  return words
}
