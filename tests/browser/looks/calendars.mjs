// Every calendar, read by another program than wrote it (ical.js), and by its bytes: RFC 5545 and what the clients need.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ICAL from 'ical.js'

const ALARMS = [-60, -30, -7].map((days) => days * 86_400)
const LONGEST_LINE = 75

export async function look({ site, strange, fault }) {
  const sites = [site, ...(strange ? [strange('hostile'), strange('based')] : [])]
  let calendars = 0
  let events = 0
  for (const folder of sites) {
    const register = JSON.parse(readFileSync(join(folder, 'api/v1/register.json'), 'utf8'))
    const due = new Map(register.protocols.filter((protocol) => protocol.review_due_on).map(({ id, title, review_due_on: on }) => [id, { title, on }]))
    const files = readdirSync(join(folder, 'calendars'), { recursive: true }).filter((name) => name.endsWith('.ics')).sort()
    for (const name of files) {
      const tell = (text) => fault(`${folder}/calendars/${name}: ${text}`)
      const bytes = readFileSync(join(folder, 'calendars', name))
      shaped(bytes, tell)
      const calendar = new ICAL.Component(ICAL.parse(bytes.toString()))
      const found = calendar.getAllSubcomponents('vevent')
      told(found, due, tell)
      if (name === 'reviews.ics' && found.length !== due.size) tell(`${found.length} events for ${due.size} reviews due`)
      for (const property of ['prodid', 'version', 'name', 'x-wr-calname', 'refresh-interval']) if (!calendar.hasProperty(property)) tell(`has no ${property}`)
      calendars += 1
      events += found.length
    }
    if (!files.includes('reviews.ics')) fault(`${folder}: no calendar of all reviews`)
  }
  return `${calendars} calendars, ${events} events`
}

/** Lines end with CR LF, hold at most 75 bytes, and none breaks a character in two. */
function shaped(bytes, tell) {
  if (!bytes.subarray(-2).equals(Buffer.from('\r\n'))) tell('does not end with CR LF')
  const strict = new TextDecoder('utf-8', { fatal: true })
  let begin = 0
  for (let end = bytes.indexOf('\r\n'); end >= 0; begin = end + 2, end = bytes.indexOf('\r\n', begin)) {
    const line = bytes.subarray(begin, end)
    if (line.length > LONGEST_LINE) tell(`a line of ${line.length} bytes`)
    if (line.includes(10) || line.includes(13)) tell('a line that ends with one of CR and LF')
    try {
      strict.decode(line)
    } catch {
      tell('a line that begins or ends within a character')
    }
  }
}

function told(found, due, tell) {
  const ids = new Set()
  for (const component of found) {
    const event = new ICAL.Event(component)
    const of = [...due.entries()].find(([, { title, on }]) => event.summary === `Review due: ${title.split(/\s+/).filter(Boolean).join(' ')}` && event.startDate.toString() === on)
    if (!of) tell(`“${event.summary}” on ${event.startDate} is not what the data say`)
    if (!event.startDate.isDate || event.duration.toSeconds() !== 86_400) tell(`${event.uid} is no day-long event`)
    if (ids.has(event.uid)) tell(`${event.uid} comes twice`)
    ids.add(event.uid)
    if (component.getFirstPropertyValue('transp') !== 'TRANSPARENT') tell(`${event.uid} makes the day busy`)
    if (!component.hasProperty('dtstamp') || !component.hasProperty('sequence')) tell(`${event.uid} has no stamp or sequence`)
    const alarms = component.getAllSubcomponents('valarm')
    const times = alarms.map((alarm) => alarm.getFirstPropertyValue('trigger').toSeconds())
    if (JSON.stringify(times) !== JSON.stringify(ALARMS)) tell(`${event.uid} reminds at ${times}`)
    if (alarms.some((alarm) => alarm.getFirstPropertyValue('action') !== 'DISPLAY' || !alarm.hasProperty('description'))) tell(`${event.uid} has a reminder without words`)
  }
}
