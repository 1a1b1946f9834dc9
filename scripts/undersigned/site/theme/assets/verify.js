// Says of a copy whether its text is current and whether it is as it was issued. The file stays in the browser: nothing is loaded
// but the list of what was issued and the part of this script that reads Word files. A PDF copy is what was issued,
// followed by revisions (ISO 32000-1, 7.5.6). So the bytes before a revision are compared by their SHA-256, and of the
// revisions after it only those pass that fill in fields or sign. The verdicts are those of scripts/undersigned/returned;
// whatever this script does not understand is 'cannot-tell', never 'ours'.

/** Each byte as one character; what the web calls Latin 1 is Windows Latin. */
function latin(bytes) {
  let out = ''
  for (let at = 0; at < bytes.length; at += 32768) out += String.fromCharCode(...bytes.subarray(at, at + 32768))
  return out
}
export const hex = async (bytes) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((one) => one.toString(16).padStart(2, '0')).join('')
const MOST_BYTES = 26214400
const MOST_UNPACKED = 67108864
const MOST_REVISIONS = 60
const MOST_SECONDS = 20

/** A reason to give no answer, or another than the one that was about to be given. */
export class Stop extends Error {
  constructor(verdict, why) { super(why); this.verdict = verdict; this.why = why }
}
export const unsure = (why) => new Stop('cannot-tell', why)

/** Unpacks bytes; no more than `most`, so that a bomb does no harm. */
export async function inflated(bytes, kind = 'deflate', most = MOST_UNPACKED) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(kind)).getReader()
  const out = []
  let size = 0
  try {
    for (let one = await reader.read(); !one.done; one = await reader.read()) {
      size += one.value.length
      if (size > most) { reader.cancel().catch(() => {}); throw unsure('large') }
      out.push(one.value)
    }
  } catch (error) {
    // Bytes after the end of packed data are an error to the browser; what came before them counts.
    if (error instanceof Stop || !out.length) throw error instanceof Stop ? error : unsure('packed')
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

// PDFDocEncoding (ISO 32000-1, annex D), where it is not Latin 1: from 18, from 80 and at A0 (hexadecimal).
const OF_PDF = ['\u02d8\u02c7\u02c6\u02d9\u02dd\u02db\u02da\u02dc', '\u2022\u2020\u2021\u2026\u2014\u2013\u0192\u2044\u2039\u203a\u2212\u2030\u201e\u201c\u201d\u2018\u2019\u201a\u2122\ufb01\ufb02\u0141\u0152\u0160\u0178\u017d\u0131\u0142\u0153\u0161\u017e']

/** A text string's words: UTF-16, UTF-8 or the encoding of PDF. Null if it is no string. */
function words(value) {
  if (!value || typeof value.s !== 'string') return null
  const bytes = Uint8Array.from(value.s, (one) => one.charCodeAt(0))
  if (value.s.startsWith('\xfe\xff')) return new TextDecoder('utf-16be').decode(bytes.subarray(2))
  if (value.s.startsWith('\xef\xbb\xbf')) return new TextDecoder().decode(bytes.subarray(3))
  return value.s.replace(/[\x18-\x1f]/g, (one) => OF_PDF[0][one.charCodeAt(0) - 24]).replace(/[\x80-\x9e]/g, (one) => OF_PDF[1][one.charCodeAt(0) - 128]).replace(/\xa0/g, '\u20ac')
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

// What filling in and signing may change: of a field, of the form, of the file.
const OF_A_FIELD = new Set(['/V', '/AS', '/AP', '/M', '/RV', '/I', '/MK', '/BS', '/Border', '/DA', '/Type', '/Subtype', '/P', '/Parent', '/Kids', '/StructParent'])
const OF_THE_FORM = new Set(['/Fields', '/DR', '/DA', '/SigFlags', '/NeedAppearances', '/Q'])
const OF_THE_FILE = new Set(['/AcroForm', '/Metadata', '/Extensions', '/DSS', '/Perms', '/Version', '/Type'])
const RUNS = new Set(['/OpenAction', '/AA', '/OCProperties', '/AF'])
const USUAL = new Set(['/Author', '/Subject', '/Keywords', '/Creator', '/Producer', '/CreationDate', '/ModDate', '/Trapped'])
const TICKS = new Set(['', '4', '8', 'X', 'x', 'l', 'n', 'u', 'H', '3', '\u2713', '\u2714', '\u2717', '\u2718'])
const keysOf = (...dicts) => new Set(dicts.flatMap((one) => (one instanceof Map ? [...one.keys()] : [])))
const plain = (text) => text.normalize('NFKC').replace(/\u00ad/g, '-').replace(/[\s?]/g, '').toLowerCase()

/** The codes of a font as letters: by its own table, else in Windows Latin. Null if neither is known. */
async function lettersOf(state, font) {
  if (!(font instanceof Map)) return null
  const table = await state.got(font.get('/ToUnicode'))
  const wide = font.get('/Subtype') === '/Type0'
  if (!table?.dict) {
    const encoding = await state.got(font.get('/Encoding'))
    const own = await state.got(font.get('/FontDescriptor'))
    const known = encoding === '/WinAnsiEncoding' || (encoding === undefined && font.get('/Subtype') === '/Type1' && !own)
    return !wide && known ? (codes) => new TextDecoder('windows-1252').decode(Uint8Array.from(codes, (one) => one.charCodeAt(0))) : null
  }
  const text = latin(await state.unpacked(table))
  const letters = new Map()
  const utf16 = (digits) => new TextDecoder('utf-16be').decode(Uint8Array.from(digits.match(/../g) ?? [], (two) => parseInt(two, 16)))
  for (const [, body] of text.matchAll(/beginbfchar(.*?)endbfchar/gs)) for (const [, code, to] of body.matchAll(/<(\w+)>\s*<(\w+)>/g)) letters.set(parseInt(code, 16), utf16(to))
  for (const [, body] of text.matchAll(/beginbfrange(.*?)endbfrange/gs)) {
    for (const [, low, high, to, list] of body.matchAll(/<(\w+)>\s*<(\w+)>\s*(?:<(\w+)>|\[(.*?)\])/gs)) {
      const each = list ? [...list.matchAll(/<(\w+)>/g)].map((one) => utf16(one[1])) : null
      const first = parseInt(low, 16)
      for (let n = 0; n <= Math.min(parseInt(high, 16) - first, 65535); n += 1) letters.set(first + n, each ? each[n] ?? '' : utf16(to).slice(0, -1) + String.fromCharCode(utf16(to).charCodeAt(utf16(to).length - 1) + n))
    }
  }
  const size = wide ? 2 : 1
  return (codes) => {
    let out = ''
    for (let at = 0; at < codes.length; at += size) {
      const code = [...codes.slice(at, at + size)].reduce((sum, one) => sum * 256 + one.charCodeAt(0), 0)
      if (!letters.get(code)) return null
      out += letters.get(code)
    }
    return out
  }
}

/** What an appearance draws: its letters in order, whether a picture, whether anything. Null if not all of it can be read. */
async function drawn(state, form) {
  const out = { letters: '', picture: false, any: false }
  const resources = await state.got(form.dict.get('/Resources'))
  const fonts = await state.got(resources?.get?.('/Font'))
  const parser = new Parser(latin(await state.unpacked(form)))
  let font = null
  let path = false
  let operands = []
  for (let left = 20000; ; left -= 1) {
    parser.space()
    if (parser.at >= parser.text.length) return out
    const operator = parser.match(/[A-Za-z'"][A-Za-z0-9*'"]*/y)?.[0]
    if (!left) return null
    if (!operator || operator === 'true' || operator === 'false' || operator === 'null') {
      if (operator) parser.at -= operator.length
      operands.push(parser.value())
      continue
    }
    if (operator === 'Tf') font = await lettersOf(state, await state.got(fonts?.get?.(operands[0])))
    else if (['Tj', "'", '"', 'TJ'].includes(operator)) {
      for (const one of [operands.at(-1)].flat()) {
        if (one?.s === undefined) continue
        const said = font?.(one.s)
        if (said === null || said === undefined) return null
        out.letters += said
        out.any ||= Boolean(said.trim())
      }
    } else if (operator === 'BI' || operator === 'sh') return { ...out, picture: true, any: true }
    else if (operator === 'Do') {
      const object = await state.got((await state.got(resources?.get?.('/XObject')))?.get?.(operands[0]))
      if (object?.dict?.get('/Subtype') !== '/Image') return null
      return { ...out, picture: true, any: true }
    } else if (['m', 'l', 'c', 'v', 'y', 're'].includes(operator)) path = true
    else if (['f', 'F', 'f*', 'B', 'B*', 'b', 'b*', 'S', 's'].includes(operator)) { out.any ||= path; path = false } else if (operator === 'n') path = false
    operands = []
  }
}

async function appearance(state, field) {
  const normal = await state.got((await state.got(field.get('/AP')))?.get?.('/N'))
  if (normal?.dict) return normal
  const chosen = await state.got(normal?.get?.(field.get('/AS') ?? '/Off'))
  return chosen?.dict ? chosen : null
}

/** The contents of a page as one piece. */
async function contentsOf(state, page) {
  const contents = await state.got(page.get('/Contents')) ?? []
  const parts = []
  for (const one of Array.isArray(contents) ? contents : [contents]) { const part = await state.got(one); if (part?.dict) parts.push(latin(await state.unpacked(part))) }
  return parts.join('\n').trim()
}

/** The properties that say which text it is: those of the information dictionary, and over them those of the metadata. */
async function propertiesOf(state) {
  const found = new Map()
  const info = await state.got(state.trailer.get('/Info'))
  for (const key of keysOf(info)) if (!USUAL.has(key)) found.set(key.slice(1), words(await state.got(info.get(key))))
  const data = await state.got((await state.object(state.trailer.get('/Root').n)).get('/Metadata'))
  const text = data?.dict ? new TextDecoder().decode(await state.unpacked(data)) : ''
  const prefix = /xmlns:([\w-]+)="[^"]*undersigned[^"]*"/.exec(text)?.[1] ?? 'us'
  for (const [, name, value] of text.matchAll(new RegExp(`<${prefix}:(\\w+)>([^<]*)</`, 'g'))) found.set(name, value)
  for (const [, name, value] of text.matchAll(new RegExp(`\\s${prefix}:(\\w+)="([^"]*)"`, 'g'))) found.set(name, value)
  const title = /<dc:title>[^]*?<rdf:li[^>]*>([^<]*)</.exec(text)
  if (title) found.set('Title', title[1])
  return found
}

/** What the revisions after an issued copy did: `altered`, `added` and `unsure`, each a list of reasons. Raises Stop if that cannot be told. */
async function sinceIssued(bytes, text, end, lead) {
  const found = { altered: [], added: [], unsure: [] }
  const issued = await new State(bytes, text, end).open()
  const now = await new State(bytes, text, bytes.length).open()
  const later = now.sections.slice(0, now.sections.length - issued.sections.length)
  const ends = [...text.slice(end).matchAll(/%%EOF/g)].length
  if (later.length !== ends || later.some((one) => one.from < end) || later.length + issued.sections.length !== now.sections.length) throw unsure('chain')
  if (issued.sections.some((one, at) => one.from !== now.sections[later.length + at].from)) throw unsure('chain')
  if (!same(issued.trailer.get('/Root'), now.trailer.get('/Root'))) throw unsure('chain')
  const root = issued.trailer.get('/Root').n
  const catalogue = await issued.object(root)
  const form = await issued.got(catalogue.get('/AcroForm'))
  const fields = new Map()
  for (const one of form.get('/Fields')) { const field = await issued.object(one.n); fields.set(one.n, { field, name: words(field.get('/T')) }) }
  // What a field looks like may be written anew in the same object, for one field or for all that share it.
  const looksOf = new Map()
  for (const { field, name } of fields.values()) {
    const normal = (await issued.got(field.get('/AP')))?.get?.('/N')
    const states = normal?.n === undefined || !(await issued.object(normal.n))?.dict ? await issued.got(normal) : [normal]
    for (const one of states instanceof Map ? states.values() : states ?? []) if (one?.n !== undefined) looksOf.set(one.n, [...(looksOf.get(one.n) ?? []), { field, name }])
  }
  const organisation = (await propertiesOf(issued)).get('Organisation')
  // The document for reading, made into a copy for somebody: nobody recorded that it was sent.
  if (!organisation && (await propertiesOf(now)).get('Organisation')) throw unsure('anew')
  const may = new Set([root, catalogue.get('/AcroForm').n, catalogue.get('/Metadata')?.n, issued.trailer.get('/Info')?.n])
  const hasGrown = async (before, after) => {
    const had = await issued.got(before) ?? []
    const marks = await now.got(after) ?? []
    if (!Array.isArray(marks) || had.some((one) => !marks.some((other) => same(one, other)))) { found.altered.push('links'); return }
    for (const one of marks.filter((each) => !had.some((other) => same(each, other)))) {
      const mark = await now.got(one)
      if (mark?.get?.('/FT') !== '/Sig' && mark?.get?.('/Subtype') !== '/Popup') found.added.push('marks')
    }
  }
  for (const number of new Set(later.flatMap((one) => [...one.numbers]))) {
    if (number === 0 || !issued.places.has(number) || issued.places.get(number)[0] === 0 || may.has(number)) continue
    const before = await issued.object(number)
    const after = await now.object(number)
    if (before?.dict ? after?.dict && same(before.dict, after.dict) && latin(await issued.unpacked(before)) === latin(await now.unpacked(after)) : same(before, after)) continue
    const known = fields.get(number)
    if (before?.dict?.get('/Type') === '/XRef' || before?.dict?.get('/Type') === '/ObjStm') continue
    if (known) await ofField(known, before, after)
    else if (looksOf.has(number) && after?.dict) {
      for (const one of looksOf.get(number)) {
        const at = [...fields].find(([, other]) => other.field === one.field)[0]
        await ofField(one, one.field, await now.object(at), true)
      }
    }
    else if (Array.isArray(before) && before.length && (await issued.got(before[0]))?.get?.('/Subtype')) await hasGrown(before, after)
    else if (before instanceof Map && before.get('/Type') === '/Page' && after instanceof Map) await ofPage(before, after)
    else if (before instanceof Map && (['/StructElem', '/StructTreeRoot'].includes(before.get('/Type')) || before.has('/Nums'))) {
      const other = [...keysOf(before, after)].filter((key) => !same(before.get(key), after?.get?.(key)))
      if (other.every((key) => ['/ActualText', '/Alt', '/E'].includes(key) && !before.has(key))) found.added.push('speech')
      else found.unsure.push('fields')
    } else found.altered.push('pages')
  }

  async function ofPage(before, after) {
    const old = await contentsOf(issued, before)
    const drawnNow = await contentsOf(now, after)
    if (old !== drawnNow) {
      const start = /^(?:\s*q(?=\s))*\s*/.exec(drawnNow)[0].length
      let begins = false
      for (let at = start; at >= 0 && !begins; at -= 1) begins = drawnNow.startsWith(old, at) && /^(?:\s|$)/.test(drawnNow.slice(at + old.length, at + old.length + 1)) && /^(?:\s*q(?=\s))*\s*$/.test(drawnNow.slice(0, at))
      found[begins ? 'added' : 'altered'].push(begins ? 'drawn' : 'pages')
    }
    const [had, has] = [await issued.got(before.get('/Resources')), await now.got(after.get('/Resources'))]
    for (const kind of keysOf(had)) {
      const [ours, theirs] = [await issued.got(had.get(kind)), await now.got(has?.get?.(kind))]
      if (ours instanceof Map ? [...ours].some(([key, value]) => !same(value, theirs?.get?.(key))) : !same(ours, theirs)) found.altered.push('pages')
    }
    const [plainly, instead] = [await issued.got(had?.get?.('/ColorSpace')), await now.got(has?.get?.('/ColorSpace'))]
    if ([...keysOf(instead)].some((key) => key.startsWith('/Default') && !plainly?.has?.(key))) found.altered.push('pages')
    for (const key of keysOf(before, after)) {
      if (['/Annots', '/Contents', '/Resources', '/StructParents', '/LastModified', '/PieceInfo', '/Parent'].includes(key) || same(before.get(key), after.get(key))) continue
      if (key === '/AA') found.added.push('runs')
      else found.altered.push('pages')
    }
    await hasGrown(before.get('/Annots'), after.get('/Annots'))
  }

  async function ofField({ name }, before, after, isRedrawn = false) {
    if (!(after instanceof Map)) { found.altered.push('field'); return }
    for (const key of keysOf(before, after)) {
      const [old, other] = [await issued.got(before.get(key)), await now.got(after.get(key))]
      if (OF_A_FIELD.has(key) || same(old, other)) continue
      if (key === '/A' || key === '/AA') found.added.push('runs')
      else if (key === '/Rect' ? !Array.isArray(other) || old.some((edge, at) => !(Math.abs(edge - other[at]) <= 1)) : key === '/F' ? ((old ?? 0) & ~708) !== ((other ?? 0) & ~708) || Boolean((old ?? 0) & ~(other ?? 0) & 4) : key === '/Ff' ? ((old ?? 0) & ~7) !== ((other ?? 0) & ~7) : true) found.altered.push('field')
    }
    const [held, value] = [await issued.got(before.get('/V')), await now.got(after.get('/V'))]
    if (before.get('/FT') === '/Sig') {
      if (held && !same(held, value)) found.altered.push('field')
      if (!value && !same(before.get('/AP'), after.get('/AP'))) {
        const normal = await appearance(now, after)
        const looks = normal ? await drawn(now, normal) : { any: false }
        if (!looks) found.unsure.push('fields')
        else if (looks.any) found.added.push('shows')
      }
      return
    }
    if (!isRedrawn && !['/V', '/AS', '/AP', '/RV', '/I'].some((key) => !same(before.get(key), after.get(key)))) return
    if (name.startsWith('copy__')) { found.altered.push('field'); return }
    const [body] = name.split('__')
    if (name.includes('__') && body !== 'answer' && organisation && body !== organisation && body !== lead && !same(held, value)) found.added.push('block')
    const normal = await appearance(now, after)
    const looks = normal ? await drawn(now, normal) : { letters: '', picture: false, any: false }
    // What it shows when it is pointed at or pressed.
    const [first, second] = [await issued.got(before.get('/AP')), await now.got(after.get('/AP'))]
    for (const key of ['/R', '/D']) {
      if (same(first?.get?.(key), second?.get?.(key))) continue
      const other = await now.got(second?.get?.(key))
      for (const state of other?.dict ? [other] : await Promise.all([...keysOf(other)].map((one) => now.got(other.get(one))))) {
        const shown = state?.dict ? await drawn(now, state) : { letters: '' }
        if (!shown) found.unsure.push('fields')
        else if (!TICKS.has(shown.letters.trim()) && shown.letters !== looks?.letters) found.added.push('shows')
      }
    }
    if (before.get('/FT') === '/Btn') {
      if (!isRedrawn && same(before.get('/AP'), after.get('/AP'))) return
      const isOn = ![value, after.get('/AS')].filter((one) => one !== undefined).includes('/Off') && value !== undefined && value !== null
      if (!looks) found.unsure.push('fields')
      else if (looks.any !== isOn || !TICKS.has(looks.letters.trim())) found.added.push('shows')
      return
    }
    const said = value === null || value === undefined ? '' : words(value)
    if (!looks || said === null) { found.unsure.push('fields'); return }
    const seen = plain(looks.letters)
    if (looks.picture || (seen && seen !== plain(said) && !plain(said).startsWith(seen.replace(/\u2026+$/, '').replace(/\.+$/, '')))) found.added.push('shows')
  }

  const last = await now.object(root)
  for (const key of keysOf(catalogue, last)) {
    if (OF_THE_FILE.has(key) || same(catalogue.get(key), last.get(key)) || (key === '/PieceInfo' && !catalogue.has(key))) continue
    if (RUNS.has(key)) found.added.push('file')
    else if (key === '/Pages' || key === '/StructTreeRoot') found.unsure.push('fields')
    else if (key === '/Names') {
      const [old, other] = [await issued.got(catalogue.get(key)), await now.got(last.get(key))]
      for (const part of keysOf(old, other)) if (!same(old?.get(part), other?.get?.(part))) found[part === '/Dests' ? 'altered' : 'added'].push('file')
    } else found.altered.push('file')
  }
  if (!same(catalogue.get('/AcroForm'), last.get('/AcroForm'))) throw unsure('fields')
  const after = await now.got(last.get('/AcroForm'))
  for (const key of keysOf(after)) if (!OF_THE_FORM.has(key) && !same(form.get(key), after.get(key))) found.added.push('form')
  const [list, names] = [after.get('/Fields'), new Set([...fields.values()].map((one) => one.name))]
  if (form.get('/Fields').some((one) => !list.some((other) => same(one, other)))) found.altered.push('form')
  for (const one of list.filter((each) => !form.get('/Fields').some((other) => same(each, other)))) {
    const field = await now.got(one)
    const value = await now.got(field.get('/V'))
    const box = await now.got(field.get('/Rect'))
    const isSeen = Array.isArray(box) && Math.abs(box[2] - box[0]) > 0.5 && Math.abs(box[3] - box[1]) > 0.5 && !((field.get('/F') ?? 0) & 34)
    if (names.has(words(field.get('/T')))) found.altered.push('twice')
    else if (value?.get?.('/Type') !== '/DocTimeStamp' || isSeen || field.has('/Kids')) found.added.push('new')
  }
  const [had, has] = [await propertiesOf(issued), await propertiesOf(now)]
  for (const key of new Set([...had.keys(), ...has.keys()])) if (had.get(key) !== has.get(key)) found.altered.push('properties')
  // Two places hold the title, and some programs show the one in the title of their window, others the other.
  const [titled, title] = await Promise.all([issued, now].map(async (state) => (await state.got(state.trailer.get('/Info')))?.get?.('/Title')))
  if (title !== undefined && words(await issued.got(titled)) !== words(await now.got(title))) found.altered.push('properties')
  return found
}

async function readPdf(bytes, issued) {
  const text = latin(bytes)
  const ends = [...text.matchAll(/%%EOF(?:\r\n|\n|\r)?/g)].map((one) => one.index + one[0].length)
  if (ends.length > MOST_REVISIONS) return { verdict: 'cannot-tell', why: 'large' }
  const states = []
  for (const end of ends) states.push([end, await hex(bytes.subarray(0, end))])
  // A copy may begin with the document for reading, so the copies come first.
  for (const [key, [end, digest]] of ['pdf', 'own'].flatMap((one) => states.map((state) => [one, state]))) {
    const version = issued.find((one) => one[key].includes(digest))
    if (!version) continue
    const own = key === 'own'
    if (!text.slice(end).trim()) return { verdict: 'ours', version, filled: false, own }
    try {
      const found = await sinceIssued(bytes, text, end, version.lead)
      if (found.altered.length) return { verdict: 'altered', why: found.altered[0], version }
      if (found.unsure.length) return { verdict: 'cannot-tell', why: found.unsure[0], version }
      if (found.added.length) return { verdict: 'ours-with-additions', why: found.added[0], version }
      return { verdict: 'ours', version, filled: true, own }
    } catch (error) {
      return error instanceof Stop ? { verdict: error.verdict, why: error.why, version } : { verdict: 'cannot-tell', why: 'syntax', version }
    }
  }
  const said = (name) => new RegExp(`<us:${name}>([^<]{1,120})</us:`).exec(text)?.[1]
  if (!said('ProtocolId')) return { verdict: 'cannot-tell', why: 'unknown' }
  return claimed(issued, said('ProtocolId'), said('ProtocolVersion'), said('Fingerprint'), 'pdf')
}

/** The answer for a file that says which text it is, and is none of the files that were recorded. */
export function claimed(issued, protocol, number, fingerprint, kind) {
  const version = issued.find((one) => one.protocol === protocol && one.number === number && one.fingerprint === fingerprint)
  if (!version) return { verdict: 'cannot-tell', why: 'other' }
  return { verdict: 'cannot-tell', why: version[kind].length ? 'anew' : 'unrecorded', version }
}

/** What a file is: {verdict, why, version, filled, words}. `issued`: of each version {protocol, number, fingerprint, lead, pdf: the
 * SHA-256 of each copy, docx: the digest of the words of each, with a mark of whose it is, own: the SHA-256 of the documents that
 * the site publishes}. */
export async function judged(bytes, issued) {
  if (bytes.length > MOST_BYTES) return { verdict: 'cannot-tell', why: 'large' }
  const start = latin(bytes.subarray(0, 1024))
  if (start.includes('%PDF-')) return readPdf(bytes, issued)
  if (start.startsWith('PK\x03\x04')) {
    if (start.includes('mimetypeapplication/vnd.oasis.opendocument')) return { verdict: 'cannot-tell', why: 'odt' }
    const digest = await hex(bytes)
    const version = issued.find((one) => one.own.includes(digest))
    if (version) return { verdict: 'ours', version, filled: false, own: true }
    try {
      return await (await import('./verify-word.js')).readWord(bytes, issued)
    } catch (error) {
      return error instanceof Stop ? { verdict: error.verdict, why: error.why } : { verdict: 'cannot-tell', why: 'word' }
    }
  }
  if (/^(?:\xff\xd8\xff|\x89PNG|GIF8|II\*\0|MM\0\*)/.test(start)) return { verdict: 'cannot-tell', why: 'picture' }
  return { verdict: 'not-ours', why: 'kind' }
}

// -- the page -------------------------------------------------------------------------------------------------------------------

/** The answer for a file, worked out beside the page, so that no file can stop the page. */
function judgedAside(file, issued) {
  return new Promise((answer) => {
    const worker = new Worker(import.meta.url, { type: 'module' })
    const end = (found) => { clearTimeout(late); worker.terminate(); answer(found) }
    const late = setTimeout(() => end({ verdict: 'cannot-tell', why: 'slow' }), MOST_SECONDS * 1000)
    worker.onmessage = ({ data }) => end(data)
    worker.onerror = () => end({ verdict: 'cannot-tell', why: 'broken' })
    worker.postMessage({ file, issued })
  })
}

const INTACT = ['ours', 'same-words', 'ours-with-additions']

function onPage() {
  const form = document.getElementById('verify-form')
  if (!form) return
  const answer = document.getElementById('verify-answer')
  let list
  const issued = () => (list ??= import('../verify/issued.js').then((made) => made.default, () => { list = undefined }))
  const text = (name) => document.querySelector(`[data-say="${name}"]`)?.textContent
  const show = (...parts) => answer.replaceChildren(...parts.filter(Boolean).map((one, at) => Object.assign(document.createElement('p'), { className: at ? 'govuk-body' : 'govuk-body govuk-!-font-weight-bold', textContent: one })))
  const standing = (version, start) => version && text(`${start}-${version.standing === 'current' ? 'current' : 'superseded'}`).replace('{protocol}', version.title).replace('{version}', version.number).replace('{note}', version.note)
  let latest = 0
  const look = async (file) => {
    if (!file) return
    const turn = latest += 1
    show(text('reading'))
    const known = await issued()
    const found = file.size > MOST_BYTES ? { verdict: 'cannot-tell', why: 'large' } : known ? await judgedAside(file, known) : { verdict: 'cannot-tell', why: 'list' }
    if (turn !== latest) return
    const isCurrent = found.version?.standing === 'current'
    const head = found.verdict === 'ours' ? (isCurrent ? 'current' : 'superseded') : found.verdict === 'same-words' ? (isCurrent ? 'words-current' : 'words-superseded') : found.verdict
    show(text(head), standing(found.version, INTACT.includes(found.verdict) ? 'is' : 'says'), found.own ? text('own') : '', found.filled ? text('filled') : '', found.why ? text(`why-${found.why}`) ?? text('why-broken') : '', found.words ? `\u201c${found.words}\u201d` : '', found.verdict === 'cannot-tell' ? text('then') : '')
  }
  form.hidden = false
  document.getElementById('verify-none').hidden = true
  const input = form.querySelector('input')
  input.addEventListener('change', () => look(input.files[0]))
  form.addEventListener('dragover', (event) => event.preventDefault())
  form.addEventListener('drop', (event) => { event.preventDefault(); look(event.dataTransfer.files[0]) })
  // The code on a printed copy leads here with its protocol, version and fingerprint after the '#', which no server sees.
  const paper = async () => {
    let parts = []
    try { parts = decodeURIComponent(location.hash.slice(1)).split('/') } catch { /* no code of ours */ }
    const [protocol, number, fingerprint] = parts
    if (!number) return
    const all = await issued()
    if (!all) { show(text('why-list')); return }
    const known = all.find((one) => one.protocol === protocol && one.number === number)
    const fits = known && fingerprint && known.fingerprint.replace(/^v1:sha256:/, '').startsWith(fingerprint)
    show(text(fits ? `paper-${known.standing}` : 'paper-unknown'), fits ? standing(known, 'says') : '', text('paper'))
  }
  import('./lists.js')
  addEventListener('hashchange', paper)
  paper()
}

if (typeof document !== 'undefined') onPage()
else if (typeof WorkerGlobalScope !== 'undefined') {
  onmessage = async ({ data: { file, issued } }) => {
    try { postMessage(await judged(new Uint8Array(await file.arrayBuffer()), issued)) } catch { postMessage({ verdict: 'cannot-tell', why: 'broken' }) }
  }
}
