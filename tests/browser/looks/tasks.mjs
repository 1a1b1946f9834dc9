// What front-line readers come for, walked from the front page with and without JavaScript: how many clicks, how many words
// they pass, and whether the answer is there. The tasks are those of the trial of November 2026 that these pages answer,
// with the bodies of the example register.
const MOST_CLICKS = 3
const TASKS = [
  { task: 'May probation tell the council the risk level, and whom does it write to?', clicks: ['Probation Service, Example County', 'Brackenford Borough Council'], answers: ['brackenford-housing@', 'has asked the MAPPA co-ordinator', 'Level of risk:'], most: 250 },
  { task: 'Whom do I reach at the council out of hours?', clicks: ['Probation Service, Example County', 'Brackenford Borough Council'], answers: ['Out of hours:'], most: 250 },
  { task: 'A landlord: what may we be told, and on what condition?', clicks: ['Kilnbrook Housing Association', 'Probation Service, Example County'], answers: ['The person must consent'] },
  { task: 'Any landlord: what may probation tell one?', clicks: ['Probation Service, Example County', 'Any: housing provider'], answers: ['Referral to a registered landlord'], most: 400 },
  { task: 'Nothing binds us: what do I do?', clicks: ['Probation Service, Example County', 'Thornbeck (North)'], answers: ['No text in force lets you share', 'do not wait for a protocol'], most: 250 },
  { task: 'The body is not listed: what do I do?', clicks: ['Probation Service, Example County', 'The other body is not in this list'], answers: ['No text in this register names', 'do not wait for a protocol'], most: 400 },
  { task: 'What is reserved between us?', clicks: ['Longstile Resettlement', 'Probation Service, Example County'], answers: ['has reserved it'], most: 250 },
  { task: 'The blank pro forma', clicks: ['Probation Service, Example County', 'Brackenford Borough Council', 'Homelessness pro forma and housing application'], answers: ['Homelessness pro forma and housing application'] },
  { task: 'What does Longstile still owe?', clicks: ['Organisations', 'Longstile Resettlement'], answers: ['What it owes'] },
]

export async function look({ base, browser, fault }) {
  const lines = []
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, javaScriptEnabled })
    const page = await context.newPage()
    for (const { task, clicks, answers, most } of TASKS) {
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
      if (most && passed > most) tell(`takes ${passed} words, more than ${most}`)
      if (javaScriptEnabled) lines.push(`${task} ${clicks.length} clicks, ${passed} words`)
    }
    await context.close()
  }
  for (const line of lines) console.log(`  ${line}`)
  return `${TASKS.length} tasks`
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
