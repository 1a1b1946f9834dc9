// Says of a copy whether its text is current and its pages are those that were issued. The file stays in the browser, and
// nothing is fetched: what was issued stands in the page. A PDF copy is what was issued, followed by revisions (ISO 32000-1,
// 7.5.6). So the bytes before a revision are compared by their SHA-256, and of the revisions after it only those pass that fill
// in fields or sign. Whatever this script does not understand is 'cannot-tell', never 'ours'.

const latin = (bytes) => new TextDecoder('latin1').decode(bytes)
const hex = async (bytes) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((one) => one.toString(16).padStart(2, '0')).join('')
const MOST_BYTES = 26214400
const MOST_UNPACKED = 67108864
const MOST_REVISIONS = 60

/** A reason to say 'altered' or 'cannot-tell'. */
class Stop extends Error {
  constructor(verdict, why) { super(why); this.verdict = verdict; this.why = why }
}
const unsure = (why) => new Stop('cannot-tell', why)
const altered = (why) => new Stop('altered', why)

async function inflated(bytes) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  const out = []
  let size = 0
  try {
    for (let one = await reader.read(); !one.done; one = await reader.read()) {
      size += one.value.length
      if (size > MOST_UNPACKED) throw unsure('large')
      out.push(one.value)
    }
  } catch (error) {
    // Bytes after the end of packed data are an error to the browser; what came before them counts.
    if (error instanceof Stop || !out.length) throw unsure('packed')
  }
  return new Uint8Array(await new Blob(out).arrayBuffer())
}

// -- objects: numbers, names ('/X'), strings {s}, references {n}, arrays, dictionaries (Map), streams {dict, at} -----------------

class Parser {
  constructor(text, at = 0) { this.text = text; this.at = at; this.depth = 0 }

  space() {
    const found = /[\0\t\n\f\r ]*(?:%[^\r\n]*[\0\t\n\f\r ]*)*/y
    found.lastIndex = this.at
    found.exec(this.text)
    this.at = found.lastIndex
  }

  match(pattern) {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found) this.at = pattern.lastIndex
    return found
  }

  value() {
    this.space()
    if ((this.depth += 1) > 60) throw unsure('deep')
    const value = this.simple()
    this.depth -= 1
    return value
  }

  simple() {
    const { text } = this
    if (text.startsWith('<<', this.at)) {
      this.at += 2
      const dict = new Map()
      for (this.space(); !text.startsWith('>>', this.at); this.space()) {
        const key = this.value()
        if (typeof key !== 'string' || key[0] !== '/' || dict.has(key)) throw unsure('dictionary')
        dict.set(key, this.value())
      }
      this.at += 2
      return dict
    }
    const first = text[this.at]
    if (first === '[') {
      this.at += 1
      const list = []
      for (this.space(); text[this.at] !== ']'; this.space()) list.push(this.value())
      this.at += 1
      return list
    }
    if (first === '(') return { s: this.string() }
    let found = this.match(/<([0-9A-Fa-f\0\t\n\f\r ]*)>/y)
    if (found) {
      const digits = found[1].replace(/[^0-9A-Fa-f]/g, '')
      return { s: (digits.length % 2 ? `${digits}0` : digits).replace(/../g, (two) => String.fromCharCode(parseInt(two, 16))) }
    }
    found = this.match(/\/([^\0\t\n\f\r ()<>[\]{}/%]*)/y)
    if (found) return `/${found[1].replace(/#([0-9A-Fa-f]{2})/g, (_, two) => String.fromCharCode(parseInt(two, 16)))}`
    found = this.match(/(\d+)[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+R(?![A-Za-z])/y)
    if (found) return { n: Number(found[1]) }
    found = this.match(/[-+]?(?:\d+\.?\d*|\.\d+)/y)
    if (found) return Number(found[0])
    found = this.match(/true|false|null/y)
    if (found) return { true: true, false: false, null: null }[found[0]]
    throw unsure('syntax')
  }

  string() {
    const { text } = this
    const ESCAPES = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
    let out = ''
    let open = 1
    for (this.at += 1; ; this.at += 1) {
      if (this.at >= text.length) throw unsure('string')
      const one = text[this.at]
      if (one === '\\') {
        this.at += 1
        const octal = this.match(/[0-7]{1,3}/y)
        if (octal) { out += String.fromCharCode(parseInt(octal[0], 8) & 255); this.at -= 1; continue }
        const next = text[this.at]
        if (next === '\r' && text[this.at + 1] === '\n') this.at += 1
        if (next !== '\r' && next !== '\n') out += ESCAPES[next] ?? next
        continue
      }
      open += one === '(' ? 1 : one === ')' ? -1 : 0
      if (!open) { this.at += 1; return out }
      out += one
    }
  }
}

/** A text string's words: UTF-16, UTF-8 or, near enough, Windows Latin. */
function words(value) {
  if (!value || typeof value.s !== 'string') return null
  const bytes = Uint8Array.from(value.s, (one) => one.charCodeAt(0))
  if (value.s.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes.subarray(2))
  if (value.s.startsWith('\xef\xbb\xbf')) return new TextDecoder().decode(bytes.subarray(3))
  return new TextDecoder('windows-1252').decode(bytes)
}

function same(one, other) {
  if (one instanceof Map) return other instanceof Map && one.size === other.size && [...one].every(([key, value]) => other.has(key) && same(value, other.get(key)))
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((value, at) => same(value, other[at]))
  if (typeof one === 'number') return typeof other === 'number' && Math.abs(one - other) < 0.002
  if (one && typeof one === 'object') return Boolean(other) && one.n === other.n && (one.s === undefined ? other.s === undefined : other.s !== undefined && words(one) === words(other))
  return one === other
}

/** One state of a PDF: its first bytes up to `end`. */
class State {
  constructor(bytes, text, end) {
    this.bytes = bytes; this.text = text; this.end = end
    this.places = new Map(); this.packs = new Map(); this.sections = []
  }

  async open() {
    const tail = this.text.slice(Math.max(0, this.end - 2048), this.end)
    const found = [...tail.matchAll(/startxref[\0\t\n\f\r ]+(\d+)[\0\t\n\f\r ]+%%EOF/g)].pop()
    if (!found) throw unsure('end')
    for (let from = Number(found[1]); from !== undefined;) {
      if (this.sections.some((one) => one.from === from) || this.sections.length > MOST_REVISIONS || from >= this.end) throw unsure('chain')
      from = await this.section(from)
    }
    if (this.trailer.has('/Encrypt')) throw unsure('locked')
    return this
  }

  async section(from) {
    const numbers = new Set()
    let trailer
    const add = (number, place) => { numbers.add(number); if (!this.places.has(number)) this.places.set(number, place) }
    if (this.text.startsWith('xref', from)) {
      const parser = new Parser(this.text, from + 4)
      for (parser.space(); !this.text.startsWith('trailer', parser.at); parser.space()) {
        const head = parser.match(/(\d+) +(\d+)[ \r\n]+/y)
        if (!head) throw unsure('table')
        for (let n = 0; n < Number(head[2]); n += 1) {
          const row = parser.match(/(\d{10}) (\d{5}) ([nf])[ \r\n]{1,2}/y)
          if (!row) throw unsure('table')
          add(Number(head[1]) + n, row[3] === 'n' ? [1, Number(row[1])] : [0])
        }
      }
      parser.at += 7
      trailer = parser.value()
      if (trailer.has('/XRefStm')) throw unsure('hybrid')
    } else {
      const stream = this.objectAt(from)
      trailer = stream.dict
      if (!trailer || trailer.get('/Type') !== '/XRef') throw unsure('table')
      const data = await this.unpacked(stream)
      const widths = trailer.get('/W')
      const index = trailer.get('/Index') ?? [0, trailer.get('/Size')]
      let at = 0
      const number = (width, missing) => { let out = width ? 0 : missing; for (let n = 0; n < width; n += 1) { out = out * 256 + data[at]; at += 1 } return out }
      for (let k = 0; k + 1 < index.length; k += 2) {
        for (let n = 0; n < index[k + 1]; n += 1) {
          if (at >= data.length) throw unsure('table')
          add(index[k] + n, [number(widths[0], 1), number(widths[1], 0), number(widths[2], 0)])
        }
      }
    }
    this.trailer ??= trailer
    this.sections.push({ from, numbers })
    return trailer.get('/Prev')
  }

  objectAt(at, number) {
    const parser = new Parser(this.text, at)
    parser.space()
    const head = parser.match(/(\d+)[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj/y)
    if (!head || (number !== undefined && Number(head[1]) !== number)) throw unsure('object')
    const value = parser.value()
    parser.space()
    const stream = value instanceof Map && parser.match(/stream\r?\n/y)
    return stream ? { dict: value, at: parser.at } : value
  }

  async unpacked(stream) {
    const length = await this.got(stream.dict.get('/Length'))
    let data = this.bytes.subarray(stream.at, stream.at + length)
    let filter = stream.dict.get('/Filter')
    let given = stream.dict.get('/DecodeParms')
    if (Array.isArray(filter) && filter.length < 2) { filter = filter[0]; given = Array.isArray(given) ? given[0] : given }
    if (filter === undefined) return data
    if (filter !== '/FlateDecode') throw unsure('filter')
    data = await inflated(data)
    const predictor = given instanceof Map ? given.get('/Predictor') ?? 1 : 1
    if (predictor === 1) return data
    if (predictor < 10 || (given.get('/Colors') ?? 1) !== 1 || (given.get('/BitsPerComponent') ?? 8) !== 8) throw unsure('predictor')
    const columns = given.get('/Columns') ?? 1
    const out = new Uint8Array(Math.floor(data.length / (columns + 1)) * columns)
    for (let row = 0; row * columns < out.length; row += 1) {
      const kind = data[row * (columns + 1)]
      if (kind !== 0 && kind !== 2) throw unsure('predictor')
      for (let n = 0; n < columns; n += 1) out[row * columns + n] = data[row * (columns + 1) + 1 + n] + (kind && row ? out[(row - 1) * columns + n] : 0)
    }
    return out
  }

  async object(number) {
    const place = this.places.get(number)
    if (!place || place[0] === 0) return null
    if (place[0] === 1) return this.objectAt(place[1], number)
    if (place[0] !== 2) throw unsure('object')
    if (!this.packs.has(place[1])) {
      const pack = await this.object(place[1])
      const text = latin(await this.unpacked(pack))
      const numbers = text.slice(0, pack.dict.get('/First')).trim().split(/\s+/).map(Number)
      this.packs.set(place[1], { text, numbers, first: pack.dict.get('/First') })
    }
    const { text, numbers, first } = this.packs.get(place[1])
    if (numbers[place[2] * 2] !== number) throw unsure('object')
    return new Parser(text, first + numbers[place[2] * 2 + 1]).value()
  }

  async got(value) { return value && typeof value === 'object' && value.n !== undefined ? this.object(value.n) : value }
}

// -- what was done to an issued copy --------------------------------------------------------------------------------------------

const OF_A_FIELD = new Set(['/V', '/AP', '/AS', '/M'])
const OF_THE_FORM = new Set(['/SigFlags', '/NeedAppearances', '/Fields'])
// What signing adds: the kind of its signature, a higher version, and proof of the certificate for later.
const OF_THE_FILE = new Set(['/AcroForm', '/Metadata', '/Extensions', '/Version', '/DSS'])
const SAID = ['/ProtocolId', '/ProtocolVersion', '/Fingerprint', '/Organisation', '/CopyNumber', '/IssuedOn', '/FormId', '/TextDigest', '/Title', '/Author', '/Subject', '/Keywords']

/** Whether the appearance of a field for words shows its value: only then is it sure what a reader sees. */
async function showsItsValue(issued, now, field, value) {
  const appearance = await now.got((await now.got(field.get('/AP')))?.get('/N'))
  const shown = words(value)
  if (!appearance?.dict || shown === null || !/^[\x20-\x7e]*$/.test(shown)) return false
  const resources = await now.got(appearance.dict.get('/Resources'))
  const fonts = await now.got(resources?.get?.('/Font'))
  if (!(fonts instanceof Map)) return false
  const own = await issued.got((await issued.got((await issued.got((await issued.object(issued.trailer.get('/Root').n)).get('/AcroForm'))).get('/DR')))?.get('/Font'))
  const content = latin(await now.unpacked(appearance))
  const parts = /^\s*\/Tx\s+BMC\s+q\s+BT\s+(\/[^\s]+)\s+[\d.]+\s+Tf\s+0\s+g\s+[-\d.]+\s+[-\d.]+\s+Td\s+(\((?:[^\\()]|\\.)*\))\s+Tj\s+ET\s+Q\s+EMC\s*$/.exec(content)
  return Boolean(parts) && own instanceof Map && own.has(parts[1]) && same(own.get(parts[1]), fonts.get(parts[1])) && words(new Parser(parts[2]).value()) === shown
}

/** Raises if the later revisions do more than fill in fields of this copy's block and sign. */
async function onlyFilled(bytes, text, end, lead) {
  const issued = await new State(bytes, text, end).open()
  const now = await new State(bytes, text, bytes.length).open()
  const later = now.sections.slice(0, now.sections.length - issued.sections.length)
  const ends = [...text.slice(end).matchAll(/%%EOF/g)].length
  if (later.length !== ends || later.some((one) => one.from < end) || later.length + issued.sections.length !== now.sections.length) throw unsure('chain')
  if (issued.sections.some((one, at) => one.from !== now.sections[later.length + at].from)) throw unsure('chain')
  if (!same(issued.trailer.get('/Root'), now.trailer.get('/Root'))) throw altered('file')
  const root = issued.trailer.get('/Root').n
  const catalogue = await issued.object(root)
  const form = await issued.got(catalogue.get('/AcroForm'))
  const fields = new Map()
  for (const one of form.get('/Fields')) {
    const field = await issued.object(one.n)
    fields.set(one.n, { field, name: words(field.get('/T')) })
  }
  const info = await issued.got(issued.trailer.get('/Info'))
  const organisation = words(info?.get?.('/Organisation'))
  const may = new Set([root, catalogue.get('/AcroForm').n, catalogue.get('/Metadata')?.n, issued.trailer.get('/Info')?.n])
  const changed = new Set(later.flatMap((one) => [...one.numbers]))
  let unread = false
  for (const number of changed) {
    if (number === 0 || !issued.places.has(number) || issued.places.get(number)[0] === 0 || may.has(number)) continue
    const before = await issued.object(number)
    const after = await now.object(number)
    const known = fields.get(number)
    if (!known) {
      if (!before?.dict && same(before, after)) continue
      const without = (page) => page instanceof Map && new Map([...page].filter(([key]) => key !== '/Annots'))
      if (before instanceof Map && before.get('/Type') === '/Page' && same(without(before), without(after))) {
        const marks = await now.got(after.get('/Annots')) ?? []
        const had = await issued.got(before.get('/Annots')) ?? []
        if (had.some((one, at) => !same(one, marks[at]))) throw altered('marks')
        for (const one of marks.slice(had.length)) if ((await now.got(one))?.get('/FT') !== '/Sig') throw altered('marks')
        unread = true
        continue
      }
      throw altered('pages')
    }
    if (!(after instanceof Map)) throw altered('field')
    for (const key of new Set([...before.keys(), ...after.keys()])) if (!OF_A_FIELD.has(key) && !same(before.get(key), after.get(key))) throw altered('field')
    const [body] = known.name.split('__')
    if (known.name.startsWith('copy__')) throw altered('field')
    if (known.name.includes('__') && body !== 'answer' && organisation && body !== organisation && body !== lead) throw altered('block')
    if (before.get('/FT') === '/Btn') {
      if (!same(before.get('/AP'), after.get('/AP')) || !same(after.get('/V'), after.get('/AS'))) throw altered('field')
    } else if (before.get('/FT') !== '/Sig' && !(await showsItsValue(issued, now, after, await now.got(after.get('/V'))))) unread = true
  }
  const end_ = await now.object(root)
  for (const key of new Set([...catalogue.keys(), ...end_.keys()])) if (!OF_THE_FILE.has(key) && !same(catalogue.get(key), end_.get(key))) throw altered('file')
  if (!same(catalogue.get('/AcroForm'), end_.get('/AcroForm'))) throw unsure('form')
  const after = await now.got(end_.get('/AcroForm'))
  for (const key of new Set([...form.keys(), ...after.keys()])) if (!OF_THE_FORM.has(key) && !same(form.get(key), after.get(key))) throw altered('form')
  const list = after.get('/Fields')
  if (form.get('/Fields').some((one, at) => !same(one, list[at]))) throw altered('form')
  if (list.length > form.get('/Fields').length) unread = true
  const said = await now.got(now.trailer.get('/Info'))
  for (const key of SAID) if (!same(info?.get?.(key) ?? null, said?.get?.(key) ?? null)) throw altered('properties')
  if (unread) throw unsure('fields')
}

async function readPdf(bytes, issued) {
  const text = latin(bytes)
  const ends = [...text.matchAll(/%%EOF(?:\r\n|\n|\r)?/g)].map((one) => one.index + one[0].length)
  if (ends.length > MOST_REVISIONS) return { verdict: 'cannot-tell', why: 'large' }
  for (const end of ends) {
    const digest = await hex(bytes.subarray(0, end))
    const version = issued.find((one) => one.pdf.includes(digest))
    if (!version) continue
    if (!text.slice(end).trim()) return { verdict: 'ours', version, filled: false }
    try {
      await onlyFilled(bytes, text, end, version.lead)
      return { verdict: 'ours', version, filled: true }
    } catch (error) {
      return error instanceof Stop ? { verdict: error.verdict, why: error.why, version } : { verdict: 'cannot-tell', why: 'syntax', version }
    }
  }
  const said = (name) => new RegExp(`<us:${name}>([^<]{1,120})</us:`).exec(text)?.[1]
  const claimed = { protocol: said('ProtocolId'), number: said('ProtocolVersion'), fingerprint: said('Fingerprint') }
  const version = issued.find((one) => one.protocol === claimed.protocol && one.number === claimed.number)
  return { verdict: 'cannot-tell', why: version && version.fingerprint === claimed.fingerprint ? 'anew' : 'unknown', version: version?.fingerprint === claimed.fingerprint ? version : undefined }
}

/** What a file is. `issued`: of each version {protocol, number, fingerprint, lead, pdf: SHA-256 of each copy}. */
export async function judged(bytes, issued) {
  if (bytes.length > MOST_BYTES) return { verdict: 'cannot-tell', why: 'large' }
  const start = latin(bytes.subarray(0, 1024))
  if (start.includes('%PDF-')) return readPdf(bytes, issued)
  if (start.startsWith('PK')) return { verdict: 'cannot-tell', why: 'word' }
  if (/^(?:\xff\xd8\xff|\x89PNG|GIF8|II\*\0|MM\0\*)/.test(start)) return { verdict: 'cannot-tell', why: 'picture' }
  return { verdict: 'not-ours', why: 'kind' }
}

// -- the page -------------------------------------------------------------------------------------------------------------------

function onPage() {
  const form = document.getElementById('verify-form')
  const answer = document.getElementById('verify-answer')
  const rows = [...document.querySelectorAll('[data-fingerprint]')]
  const issued = rows.map((row) => ({ ...row.dataset, pdf: (row.dataset.pdf ?? '').split(' '), row }))
  const text = (name) => document.querySelector(`[data-say="${name}"]`).textContent
  const show = (...parts) => answer.replaceChildren(...parts.filter(Boolean).map((one, at) => Object.assign(document.createElement('p'), { className: at ? 'govuk-body' : 'govuk-body govuk-!-font-weight-bold', textContent: one })))
  const standing = (version) => version && (version.standing === 'current' ? text('is-current') : text('is-superseded')).replace('{protocol}', version.title).replace('{version}', version.number).replace('{by}', version.by ? text('by').replace('{version}', version.by).replace('{change}', version.change) : '')
  const look = async (file) => {
    if (!file) return
    show(text('reading'))
    const found = file.size > MOST_BYTES ? { verdict: 'cannot-tell', why: 'large' } : await judged(new Uint8Array(await file.arrayBuffer()), issued)
    const head = found.verdict === 'ours' ? (found.version.standing === 'current' ? 'current' : 'superseded') : found.verdict
    const why = document.querySelector(`[data-say="why-${found.why}"]`)
    show(text(head), standing(found.version), found.filled ? text('filled') : '', why ? why.textContent : '')
  }
  form.hidden = false
  const input = form.querySelector('input')
  input.addEventListener('change', () => look(input.files[0]))
  form.addEventListener('dragover', (event) => event.preventDefault())
  form.addEventListener('drop', (event) => { event.preventDefault(); look(event.dataTransfer.files[0]) })
  // The code on a printed copy leads here with its protocol, version and fingerprint after the '#', which no server sees.
  const [protocol, number, fingerprint] = decodeURIComponent(location.hash.slice(1)).split('/')
  if (!number) return
  const known = issued.find((one) => one.protocol === protocol && one.number === number)
  const fits = known && fingerprint && known.fingerprint.replace(/^v1:sha256:/, '').startsWith(fingerprint)
  show(text(fits ? `paper-${known.standing}` : 'paper-unknown'), fits ? standing(known) : '', text('paper'))
}
if (typeof document !== 'undefined') onPage()
