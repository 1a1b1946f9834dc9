// Works out of a Word file (DOCX) the digest that the register recorded when the copy was sent: over its words outside the
// fields, with how they look, its headers and footers, and what stands beside the words. It follows
// scripts/undersigned/returned/docx*.py step by step, and a test compares the two. Sections are those of ISO 29500-1.

import { Stop, claimed, hex, inflated, unsure } from './verify.js'

const MOST_UNPACKED = 67108864
const MOST_NODES = 600000
// What Python's \s takes for a space.
const SPACES = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const SPACE = new RegExp(`[${SPACES}]+`, 'g')
const WORD = new RegExp(`[^${SPACES}]+`, 'g')

// -- the ZIP: its list of parts must be the only one and must end the file, so that every program sees the same parts -----------

const CRC = Uint32Array.from({ length: 256 }, (_, at) => { for (let bit = 0; bit < 8; bit += 1) at = at & 1 ? 0xedb88320 ^ (at >>> 1) : at >>> 1; return at })

async function unzipped(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let end = bytes.length - 22
  while (end >= 0 && end > bytes.length - 65558 && view.getUint32(end, true) !== 0x06054b50) end -= 1
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50 || end + 22 + view.getUint16(end + 20, true) !== bytes.length) throw unsure('packed')
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (at + view.getUint32(end + 12, true) !== end || view.getUint32(end + 4, true) || count > 1000) throw unsure('packed')
  const entries = new Map()
  let size = 0
  for (let n = 0; n < count; n += 1) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50) throw unsure('packed')
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
    const [crc, packed, whole] = [16, 20, 24].map((place) => view.getUint32(at + place, true))
    const long = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + long))
    const local = view.getUint32(at + 42, true)
    if (flags & 1) throw unsure('locked')
    if (local + 30 > end || view.getUint32(local, true) !== 0x04034b50 || (method !== 0 && method !== 8)) throw unsure('packed')
    const inside = view.getUint16(local + 26, true)
    if (new TextDecoder().decode(bytes.subarray(local + 30, local + 30 + inside)) !== name) throw unsure('packed')
    const start = local + 30 + inside + view.getUint16(local + 28, true)
    size += whole
    if (size > MOST_UNPACKED) throw unsure('large')
    if ([...entries.keys()].some((other) => other.toLowerCase() === name.toLowerCase())) throw unsure('packed')
    entries.set(name, { method, crc, whole, data: bytes.subarray(start, start + packed) })
    at += 46 + long + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  if (at !== end) throw unsure('packed')
  return entries
}

async function content({ method, crc, whole, data }) {
  const out = method ? await inflated(data, 'deflate-raw', Math.min(whole, 31457280)) : data
  let sum = -1
  for (const byte of out) sum = CRC[(sum ^ byte) & 255] ^ (sum >>> 8)
  if (out.length !== whole || ~sum >>> 0 !== crc) throw unsure('packed')
  return out
}

// -- XML: nodes {tag, at: attributes, kids, up, text: what comes before the first kid}; no document type, no entities -----------

const SPACE_OF = {
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w:', 'http://schemas.microsoft.com/office/word/2010/wordml': 'w14:',
  'http://schemas.openxmlformats.org/drawingml/2006/main': 'a:', 'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm:',
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc:', 'urn:schemas-microsoft-com:vml': 'v:',
  'http://schemas.openxmlformats.org/package/2006/relationships': 'rel:', 'http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes': 'vt:',
}
const ENTITIES = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
const written = (text) => text.replace(/&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-z]+));|&/g, (_, hexa, digits, name) => {
  const number = hexa ? parseInt(hexa, 16) : Number(digits)
  if (name ? !ENTITIES[name] : !(number > 0 && number <= 0x10ffff)) throw unsure('packed')
  return name ? ENTITIES[name] : String.fromCodePoint(number)
})

function treeOf(bytes) {
  const wide = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8'
  let text
  try { text = new TextDecoder(wide, { fatal: true }).decode(bytes) } catch { throw unsure('packed') }
  text = text.replace(/\r\n?/g, '\n')
  const encoding = /^<\?xml[^>]*encoding\s*=\s*["']([^"']*)/.exec(text)
  if (encoding && !/^(?:utf-?8|us-ascii|utf-16\w*)$/i.test(encoding[1])) throw unsure('packed')
  const token = /<!--[^]*?-->|<\?[^]*?\?>|<!\[CDATA\[([^]*?)\]\]>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=/>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y
  const spaces = [{ xml: 'xml:' }]
  let node = null
  let root = null
  let depth = 0
  let count = 0
  for (let found = token.exec(text); token.lastIndex; found = token.exec(text)) {
    if (!found) break
    const [whole, cdata, close, open, attributes, alone, words] = found
    if (open) {
      if ((root && !node) || (depth += 1) > 200 || (count += 1) > MOST_NODES) throw unsure(depth > 200 || count > MOST_NODES ? 'large' : 'packed')
      const own = { ...spaces.at(-1) }
      const pairs = [...attributes.matchAll(/([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((one) => [one[1], written(one[2] ?? one[3]).replace(/[\t\n]/g, ' ')])
      for (const [key, value] of pairs) if (key === 'xmlns' || key.startsWith('xmlns:')) own[key.slice(6)] = value in SPACE_OF ? SPACE_OF[value] : value && `{${value}}`
      const named = (name, plain) => {
        const [first, second] = name.split(':')
        if (second === undefined) return plain + first
        if (own[first] === undefined) throw unsure('packed')
        return own[first] + second
      }
      const here = { tag: named(open, own[''] ?? ''), at: {}, kids: [], up: node, text: '' }
      for (const [key, value] of pairs) if (!/^xmlns(?::|$)/.test(key)) here.at[named(key, '')] = value
      if (node) node.kids.push(here)
      root ??= here
      if (alone) { depth -= 1 } else { node = here; here.name = open; spaces.push(own) }
    } else if (close) {
      if (!node || node.name !== close) throw unsure('packed')
      node = node.up
      depth -= 1
      spaces.pop()
    } else if (words !== undefined || cdata !== undefined) {
      if (node) { if (!node.kids.length) node.text += cdata ?? written(words) } else if ((cdata ?? words).replace(/^\ufeff/, '').trim()) throw unsure('packed')
    } else if (whole.length < 4) throw unsure('packed')
    if (token.lastIndex === text.length) return node ? null : root
  }
  throw unsure('packed')
}

function* iter(node, ...tags) {
  if (!tags.length || tags.includes(node.tag)) yield node
  for (const kid of node.kids) yield* iter(kid, ...tags)
}
function* above(node, ...tags) { for (let up = node.up; up; up = up.up) if (!tags.length || tags.includes(up.tag)) yield up }
const kid = (node, tag) => node?.kids.find((one) => one.tag === tag)
function find(node, ...path) {
  if (!node || !path.length) return node
  for (const one of node.kids) if (one.tag === path[0]) { const found = find(one, ...path.slice(1)); if (found) return found }
  return undefined
}
const val = (node, key = 'w:val') => node?.at[key]
const OFF = new Set(['0', 'false', 'off', 'none'])
const ON = new Set(['1', 'true', 'on'])

class Package {
  static async of(bytes) {
    const it = new Package()
    it.entries = await unzipped(bytes)
    it.trees = new Map()
    if (!it.entries.has('_rels/.rels')) throw it.entries.has('[Content_Types].xml') ? new Stop('not-ours', 'kind') : unsure('archive')
    for (const [name, entry] of it.entries) {
      if (!/\.(?:xml|rels)$/i.test(name)) continue
      // A part that cannot be read matters only if the text leads to it.
      try { it.trees.set(name, treeOf(await content(entry))) } catch (error) { if (error.why === 'large') throw error; it.trees.set(name, error) }
    }
    const main = [...iter(it.tree('_rels/.rels'), 'rel:Relationship')]
    if (main.some((one) => one.at.Type?.startsWith('http://purl.oclc.org/ooxml/'))) throw unsure('word')
    it.main = main.filter((one) => one.at.Type === 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument').at(-1)?.at.Target?.replace(/^\/+/, '')
    it.root = it.entries.has(it.main) ? it.tree(it.main) : undefined
    if (it.root?.tag !== 'w:document') throw new Stop('not-ours', 'kind')
    const custom = it.tree('docProps/custom.xml')
    it.properties = Object.fromEntries((custom?.kids ?? []).map((one) => [val(one, 'name') ?? '', [...iter(one, 'vt:lpwstr')].map((each) => each.text).join('').normalize('NFC').trim()]))
    return it
  }

  tree(name) {
    const found = this.trees.get(name)
    if (found instanceof Error) throw found
    return found
  }

  relations(part) {
    const [, folder, name] = /^(?:(.*)\/)?([^/]*)$/.exec(part)
    const root = this.tree(folder === undefined ? `_rels/${name}.rels` : `${folder}/_rels/${name}.rels`)
    return root ? [...iter(root, 'rel:Relationship')].map(({ at }) => {
      const outside = at.TargetMode === 'External'
      const target = at.Target ?? ''
      return { kind: (at.Type ?? '').split('/').at(-1), outside, target: outside ? target : target.startsWith('/') ? target.replace(/^\/+/, '') : [folder, target].filter(Boolean).join('/') }
    }) : []
  }

  related(kind) {
    const parts = this.relations(this.main).filter((one) => one.kind === kind && this.entries.has(one.target)).map((one) => one.target)
    if (parts.some((one) => !this.trees.has(one))) throw unsure('word')
    return parts.map((one) => this.tree(one))
  }
}

// -- how words look (17.7): why a reader may not see them, or sees them as taken back -------------------------------------------

const HIGHLIGHTS = { black: '000000', blue: '0000FF', cyan: '00FFFF', green: '00FF00', magenta: 'FF00FF', red: 'FF0000', yellow: 'FFFF00', white: 'FFFFFF', darkBlue: '000080', darkCyan: '008080', darkGreen: '008000', darkMagenta: '800080', darkRed: '800000', darkYellow: '808000', darkGray: '808080', lightGray: 'C0C0C0' }
const THEME = { background1: 'lt1', text1: 'dk1', background2: 'lt2', text2: 'dk2', dark1: 'dk1', light1: 'lt1', dark2: 'dk2', light2: 'lt2', hyperlink: 'hlink', followedHyperlink: 'folHlink' }
const PICTURE_FONTS = ['wingding', 'webding', 'symbol', 'dingbat', 'marlett', 'barcode', 'blank', 'adobe not']
const colour = (value) => (/^[0-9a-f]{6}$/i.test(value ?? '') ? value.toUpperCase() : undefined)
const number = (node, key = 'w:val') => { const text = val(node, key)?.replace(/pt$/, '').replace(/%$/, ''); return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text ?? '') ? Number(text) : undefined }
const light = (six) => [0, 2, 4].reduce((sum, at, n) => { const part = parseInt(six.slice(at, at + 2), 16) / 255; return sum + [0.2126, 0.7152, 0.0722][n] * (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4) }, 0.05)
const contrast = (one, other) => { const [a, b] = [light(one), light(other)]; return Math.max(a, b) / Math.min(a, b) }

function propertiesOf(sources) {
  const first = new Map()
  const on = new Set()
  for (const source of sources) {
    const here = new Map()
    for (const one of source.kids) if (!here.has(one.tag)) here.set(one.tag, one)
    for (const [tag, one] of here) { if (!first.has(tag)) first.set(tag, one); if (!OFF.has(val(one))) on.add(tag) }
  }
  return { first, on }
}

class Styles {
  constructor(pack) {
    this.pack = pack
    this.styles = new Map()
    this.first = {}
    this.chains = new Map()
    this.faultsOf = new Map()
    const root = pack.related('styles')[0]
    this.defaults = find(root, 'w:docDefaults', 'w:rPrDefault', 'w:rPr')
    for (const style of root ? iter(root, 'w:style') : []) {
      const id = val(style, 'w:styleId') ?? ''
      if (!this.styles.has(id)) this.styles.set(id, style)
      if (ON.has(val(style, 'w:default'))) this.first[val(style, 'w:type')] ??= id
    }
    this.theme = pack.related('theme')[0]
    this.colours = {}
    for (const scheme of this.theme ? iter(this.theme, 'a:clrScheme') : []) for (const one of scheme.kids) for (const each of one.kids) if (each.at.lastClr || each.at.val) this.colours[one.tag.replace(/^.*[}:]/, '')] = each.at.lastClr || each.at.val
    const ground = kid(pack.root, 'w:background')
    this.page = (kid(pack.related('settings')[0], 'w:displayBackgroundShape') && this.colour(ground, 'w:color', 'w:theme', true)) || 'FFFFFF'
  }

  chain(id) {
    if (!this.chains.has(id)) {
      const found = []
      for (let next = id; this.styles.has(next) && !found.includes(this.styles.get(next)) && found.length < 30;) {
        found.push(this.styles.get(next))
        next = val(kid(found.at(-1), 'w:basedOn')) ?? ''
      }
      this.chains.set(id, found)
    }
    return this.chains.get(id)
  }

  styleOf(paragraph) { return val(find(paragraph, 'w:pPr', 'w:pStyle')) || this.first.paragraph || '' }

  part(paragraph, tag) {
    const own = find(paragraph, 'w:pPr', tag)
    if (own) return own
    for (const style of this.chain(this.styleOf(paragraph))) {
      const all = style.kids.filter((one) => one.tag === 'w:pPr')
      const found = all.flatMap((one) => one.kids).find((one) => one.tag === tag)
      if (found) return found
    }
    return undefined
  }

  colour(node, key = 'w:val', theme = 'w:themeColor', isGround = false) {
    if (!node) return undefined
    const [name, tint, shade] = isGround ? [theme, `${theme}Tint`, `${theme}Shade`] : ['w:themeColor', 'w:themeTint', 'w:themeShade']
    const plain = colour(node.at[key])
    const slot = node.at[name]
    if (!slot) return plain
    const base = colour(this.colours[THEME[slot] ?? slot]) ?? plain
    if (!base) return undefined
    let parts = [0, 2, 4].map((at) => parseInt(base.slice(at, at + 2), 16))
    for (const [given, towards] of [[node.at[tint], 255], [node.at[shade], 0]]) {
      if (!/^[0-9a-f]+$/i.test(given ?? '')) continue
      const share = parseInt(given, 16) / 255
      parts = parts.map((part) => { const exact = part * share + towards * (1 - share); const low = Math.floor(exact); return exact - low === 0.5 ? low + (low % 2) : Math.round(exact) })
    }
    return parts.map((part) => Math.min(255, Math.max(0, part)).toString(16).padStart(2, '0')).join('').toUpperCase()
  }

  shade(node) {
    if ((val(node) ?? 'clear') === 'solid') return this.colour(node, 'w:color', 'w:theme', true) ?? '000000'
    return this.colour(node, 'w:fill', 'w:themeFill', true)
  }

  tableStyles(cell) {
    const table = above(cell, 'w:tbl').next().value
    if (!table) return []
    const look = find(table, 'w:tblPr', 'w:tblLook')
    const row = above(cell, 'w:tr').next().value
    const places = new Set()
    if (look && row) {
      const bits = parseInt(val(look) ?? '0', 16) || 0
      const rows = table.kids.filter((one) => one.tag === 'w:tr')
      const cells = row.kids.filter((one) => one.tag === 'w:tc')
      for (const [name, key, bit, fits] of [['firstRow', 'w:firstRow', 32, row === rows[0]], ['lastRow', 'w:lastRow', 64, row === rows.at(-1)], ['firstCol', 'w:firstColumn', 128, cell === cells[0]], ['lastCol', 'w:lastColumn', 256, cell === cells.at(-1)]]) {
        if (fits && (look.at[key] !== undefined ? ON.has(look.at[key]) : bits & bit)) places.add(name)
      }
    }
    return this.chain(val(find(table, 'w:tblPr', 'w:tblStyle')) || this.first.table || '').flatMap((style) => [...(places.size ? style.kids.filter((one) => one.tag === 'w:tblStylePr' && places.has(val(one, 'w:type'))) : []), style])
  }

  place(paragraph) {
    if (!this.latest || this.latest.paragraph !== paragraph) {
      const cells = paragraph ? [...above(paragraph, 'w:tc')].map((cell) => [cell, this.tableStyles(cell)]) : []
      const sources = paragraph ? [...this.chain(this.styleOf(paragraph)), ...cells.flatMap(([, styles]) => styles)].map((style) => kid(style, 'w:rPr')).filter(Boolean) : []
      const grounds = paragraph ? [this.part(paragraph, 'w:shd'), ...cells.flatMap(([cell, styles]) => [cell, ...styles].map((one) => find(one, 'w:tcPr', 'w:shd'))), ...[...above(paragraph, 'w:tbl')].map((table) => find(table, 'w:tblPr', 'w:shd'))] : []
      let ground
      for (const one of grounds) if (one && (ground = this.shade(one))) break
      this.latest = { paragraph, faults: paragraph ? this.placeFaults(paragraph) : [], properties: propertiesOf(this.defaults ? [...sources, this.defaults] : sources), ground: ground || this.page }
    }
    return this.latest
  }

  placeFaults(paragraph) {
    const faults = []
    const line = (node, key, low) => val(node, key) === 'exact' && number(node, low) !== undefined && number(node, low) < 120
    if (line(this.part(paragraph, 'w:spacing'), 'w:lineRule', 'w:line')) faults.push('in a line without height')
    const indent = this.part(paragraph, 'w:ind')
    for (const side of ['left', 'start', 'right', 'end', 'firstLine']) if (Math.abs(number(indent, `w:${side}`) ?? 0) > 9000) faults.push('off the page')
    const frame = this.part(paragraph, 'w:framePr')
    if (frame && ['w:x', 'w:y'].some((side) => Math.abs(number(frame, side) ?? 0) > 18000 || (number(frame, side) ?? 0) < -1000)) faults.push('off the page')
    for (const row of above(paragraph, 'w:tr')) {
      if (line(find(row, 'w:trPr', 'w:trHeight'), 'w:hRule', 'w:val')) faults.push('in a row without height')
      if (find(row, 'w:trPr', 'w:hidden')) faults.push('hidden')
    }
    for (const cell of above(paragraph, 'w:tc')) {
      const properties = kid(cell, 'w:tcPr')
      const merge = kid(properties, 'w:vMerge')
      if (merge && (val(merge) ?? 'continue') === 'continue') faults.push('in a cell that is merged away')
      if (['w:tl2br', 'w:tr2bl'].some((side) => !['nil', 'none', undefined].includes(val(find(properties, 'w:tcBorders', side))))) faults.push('crossed out')
    }
    return faults
  }

  faults(run, paragraph) {
    const place = this.place(paragraph)
    const own = kid(run, 'w:rPr')
    const mine = propertiesOf(own ? [own] : [])
    const style = mine.first.get('w:rStyle')
    const sources = [mine, propertiesOf(style ? this.chain(val(style) ?? '').map((one) => kid(one, 'w:rPr')).filter(Boolean) : []), place.properties]
    const first = (tag) => sources.find((one) => one.first.has(tag))?.first.get(tag)
    const isOn = (tag) => (mine.first.has(tag) ? mine.on.has(tag) : sources.some((one) => one.on.has(tag)))
    const found = new Set(place.faults)
    if (isOn('w:strike') || isOn('w:dstrike')) found.add('struck out')
    if (isOn('w:vanish')) found.add('hidden')
    if (number(first('w:sz')) < 12) found.add('tiny')
    if (number(first('w:w')) < 34 || number(first('w:spacing')) < -80) found.add('squeezed')
    const fonts = first('w:rFonts')
    const named = fonts ? ['ascii', 'hAnsi', 'cs', 'eastAsia'].map((key) => fonts.at[`w:${key}`] ?? '') : []
    const theme = fonts?.at['w:asciiTheme']
    if (theme && this.theme) { for (const one of iter(this.theme, theme.startsWith('major') ? 'a:majorFont' : 'a:minorFont')) named.push(kid(one, 'a:latin')?.at.typeface ?? '') }
    if (named.some((font) => PICTURE_FONTS.some((part) => font.toLowerCase().includes(part)))) found.add('in a font of pictures')
    const fill = first('w14:textFill')
    const ink = colour(val(find(fill, 'w14:solidFill', 'w14:srgbClr'), 'w14:val')) ?? (find(fill, 'w14:solidFill', 'w14:srgbClr') ? undefined : this.colour(first('w:color')))
    const shading = first('w:shd')
    const ground = HIGHLIGHTS[val(first('w:highlight'))] ?? (shading && this.shade(shading)) ?? place.ground
    if (ink && contrast(ink, ground || place.ground) < 2) found.add('hardly to be seen against the ground')
    if (fill && (kid(fill, 'w14:noFill') || [...iter(fill, 'w14:alpha')].some((one) => /^\d+$/.test(one.at['w14:val'] ?? '') && Number(one.at['w14:val']) > 50000))) found.add('see-through')
    return [...found]
  }
}

// -- numbers of lists (17.9) ----------------------------------------------------------------------------------------------------

const whole = (text) => (/^-?\d+$/.test(text ?? '') && text.length < 8 ? Number(text) : 0)
const ROMAN = [[1000, 'm'], [900, 'cm'], [500, 'd'], [400, 'cd'], [100, 'c'], [90, 'xc'], [50, 'l'], [40, 'xl'], [10, 'x'], [9, 'ix'], [5, 'v'], [4, 'iv'], [1, 'i']]
const formOf = (level) => { const found = kid(level, 'w:numFmt'); return found ? val(found) ?? 'decimal' : 'decimal' }
const markOf = (level) => val(kid(level, 'w:lvlText')) ?? ''

function counted(count, form) {
  if (/Letter$/.test(form) && /^(?:lower|upper)/.test(form) && count > 0) {
    const letter = String.fromCharCode(97 + ((count - 1) % 26)).repeat(Math.min(10, Math.floor((count - 1) / 26) + 1))
    return form === 'lowerLetter' ? letter : letter.toUpperCase()
  }
  if ((form === 'lowerRoman' || form === 'upperRoman') && count > 0 && count < 4000) {
    let left = count
    const roman = ROMAN.map(([value, letters]) => { const times = Math.floor(left / value); left %= value; return letters.repeat(times) }).join('')
    return form === 'lowerRoman' ? roman : roman.toUpperCase()
  }
  return form === 'none' ? '' : String(count)
}

class Numbering {
  constructor(pack, styles) {
    Object.assign(this, { styles, levels: new Map(), starts: new Map(), base: new Map(), counts: new Map(), begun: new Set() })
    const root = pack.related('numbering')[0]
    const all = new Map((root?.kids ?? []).filter((one) => one.tag === 'w:abstractNum').map((one) => [val(one, 'w:abstractNumId'), one]))
    for (const one of (root?.kids ?? []).filter((each) => each.tag === 'w:num')) {
      const id = val(one, 'w:numId')
      const base = val(kid(one, 'w:abstractNumId')) ?? ''
      const levels = new Map((all.get(base)?.kids ?? []).filter((each) => each.tag === 'w:lvl').map((each) => [whole(val(each, 'w:ilvl')), each]))
      for (const change of one.kids.filter((each) => each.tag === 'w:lvlOverride')) {
        const level = whole(val(change, 'w:ilvl'))
        const start = kid(change, 'w:startOverride')
        if (kid(change, 'w:lvl')) levels.set(level, kid(change, 'w:lvl'))
        if (start) this.starts.set(`${id} ${level}`, whole(val(start)))
      }
      this.base.set(id, base)
      this.levels.set(id, levels)
    }
  }

  of(paragraph) {
    const found = this.styles.part(paragraph, 'w:numPr')
    const id = val(kid(found, 'w:numId')) ?? ''
    const at = whole(val(kid(found, 'w:ilvl')))
    const level = found && this.levels.get(id)?.get(at)
    if (!level) return ''
    const key = this.base.get(id) ?? id
    if (!this.counts.has(key)) this.counts.set(key, new Map())
    const counts = this.counts.get(key)
    const start = kid(level, 'w:start')
    const own = `${id} ${at}`
    counts.set(at, this.starts.has(own) && !this.begun.has(own) ? this.starts.get(own) : (counts.get(at) ?? (start ? whole(val(start)) : 1) - 1) + 1)
    this.begun.add(own)
    for (const deeper of [...counts.keys()]) if (deeper > at) counts.delete(deeper)
    if (formOf(level) === 'bullet') return markOf(level).replace(SPACE, '') ? '\u2022' : ''
    let text = markOf(level)
    for (let n = 0; n < 9; n += 1) if (text.includes(`%${n + 1}`)) text = text.replaceAll(`%${n + 1}`, counted(counts.get(n) ?? 1, formOf(this.levels.get(id).get(n) ?? level)))
    return text.match(WORD)?.join(' ') ?? ''
  }
}

// -- the words in order, and what stands beside them ----------------------------------------------------------------------------

const PICTURES = ['w:drawing', 'w:pict', 'w:object', 'mc:AlternateContent', 'w:contentPart']
const PROPERTIES = ['w:pPr', 'w:rPr', 'w:sdtPr', 'w:tblPr', 'w:tcPr', 'w:trPr', 'w:sectPr', 'w:tblGrid']
const SHOWN = ['w:p', 'w:t', 'w:delText', 'w:br', 'w:cr', 'w:tab', 'w:noBreakHyphen', 'w:sym', 'w:fldChar', 'w:instrText', 'w:ptab', 'm:t']
const WORKED_OUT = ['PAGE', 'NUMPAGES', 'SECTIONPAGES', 'SECTION', 'PAGEREF', 'TOC']
const HARMLESS = [...WORKED_OUT, 'HYPERLINK', 'REF', 'NOTEREF', 'STYLEREF', 'FORMTEXT', 'FORMCHECKBOX', 'FORMDROPDOWN']
const PLAIN_PARTS = /^(?:\[content_types\]\.xml|(?:.*\/)?_rels\/.*|docprops\/.*|customxml\/.*|word\/theme\/.*|word\/(?:styles|styleswitheffects|settings|websettings|fonttable|numbering|comments\w*|people|document\w*|footnotes|endnotes|header[0-9]*|footer[0-9]*|glossary\/.*|media\/.*|printersettings\/.*)(?:\.\w+)?)$/i
const STAMPED = ['copy__for', 'copy__do', 'copy__name']
// Words that only ask for others; MuPDF writes the last.
const ASKING = ['Enter text here', 'DD/MM/YYYY', 'Sign here', 'Choose one', 'SIGN']
const NEXT = '\u2029'
const KINDS = { authority: ['checkbox'], name: ['text'], post: ['text'], basis: ['text'], reservation: ['text'], date: ['date', 'text'], signature: ['rich', 'picture'] }
const nameOf = (instruction) => (instruction.match(WORD)?.[0] ?? '').toUpperCase()
const bare = (text) => text.normalize('NFKC').replaceAll('\u00ad', '').replace(SPACE, '')

const shown = ({ tag, text, at }) => {
  if (['w:t', 'w:delText', 'm:t'].includes(tag)) return text
  if (tag === 'w:noBreakHyphen') return '\u2011'
  if (tag === 'w:sym') return `[${at['w:font'] ?? ''} ${at['w:char'] ?? ''}]`.replaceAll(' ', '\u00a0')
  return ['w:br', 'w:cr', 'w:tab', 'w:ptab'].includes(tag) ? ' ' : ''
}

class Reader {
  constructor(pack) {
    this.pack = pack
    this.styles = new Styles(pack)
    this.numbers = new Numbering(pack, this.styles)
    this.lines = []
    this.controls = []
    this.slots = new Map()
    this.contents = new Set()
    for (const one of iter(pack.root, 'w:sdt')) {
      if (find(one, 'w:sdtPr', 'w:docPartObj')) this.contents.add(one)
      else if (![...iter(one, 'w:sdt')].some((each) => each !== one) && ![...above(one, 'w:sdt')].some((each) => this.contents.has(each))) {
        this.slots.set(one, this.controls.length)
        this.controls.push(one)
      }
    }
    if (this.controls.length > 1200) throw unsure('large')
    this.words = [...this.wordsOf(pack.root)]
    for (const kind of ['footnotes', 'endnotes']) {
      this.words.push({ text: NEXT, faults: [] })
      for (const part of pack.related(kind)) for (const note of part.kids) if ((val(note, 'w:type') ?? 'normal') === 'normal') this.words.push(...this.wordsOf(note))
    }
    this.headers = pack.related('header').map((part) => [...this.wordsOf(part)])
    this.footers = pack.related('footer').map((part) => [...this.wordsOf(part)])
    this.findExtras()
  }

  * wordsOf(root) {
    const open = []
    let paragraph
    let pieces = []
    for (const [node, slot, looks, inContents] of this.walk(root, undefined, [], false)) {
      if (node.tag === 'w:p') {
        yield* this.flushed(pieces)
        pieces = []
        paragraph = node
        const count = this.numbers.of(node)
        if (count && !inContents && slot === undefined) yield { text: count, faults: [] }
        continue
      }
      if (node.tag === 'w:instrText') { if (open.at(-1)?.isCode) open.at(-1).code += node.text; continue }
      if (node.tag === 'w:fldChar') {
        const kind = val(node, 'w:fldCharType')
        if (kind === 'begin') open.push({ code: '', isCode: true })
        else if (kind === 'separate' && open.length) open.at(-1).isCode = false
        else if (kind === 'end') open.pop()
        continue
      }
      const text = shown(node)
      if (!text || open.some((one) => WORKED_OUT.includes(nameOf(one.code)))) {
        if (node.tag === 'w:t' && (inContents || open.some((one) => nameOf(one.code) === 'TOC'))) this.line(node.text, paragraph)
        continue
      }
      if (inContents) { this.line(text, paragraph); continue }
      const run = node.up
      const faults = run?.tag === 'w:r' ? this.styles.faults(run, above(run, 'w:p').next().value ?? paragraph) : []
      pieces.push({ text, slot, faults: looks.length ? [...faults, ...looks] : faults })
    }
    yield* this.flushed(pieces)
  }

  line(text, paragraph) {
    if (this.lines.length && this.lastLine === paragraph) this.lines[this.lines.length - 1] += text
    else this.lines.push(text)
    this.lastLine = paragraph
  }

  * flushed(pieces) {
    for (let start = 0; start < pieces.length;) {
      let end = start
      while (end < pieces.length && pieces[end].slot === pieces[start].slot) end += 1
      const part = pieces.slice(start, end)
      const text = part.map((one) => one.text).join('')
      let at = 0
      const ends = part.map((one) => (at += one.text.length))
      let first = 0
      for (const found of text.matchAll(WORD)) {
        while (ends[first] <= found.index) first += 1
        const faults = new Set()
        for (let n = first; n < part.length && (n ? ends[n - 1] : 0) < found.index + found[0].length; n += 1) if (part[n].text) part[n].faults.forEach((one) => faults.add(one))
        yield { text: found[0], faults: [...faults].sort(), slot: part[0].slot }
      }
      start = end
    }
  }

  * walk(node, slot, looks, inContents) {
    for (const one of node.kids) {
      if (PICTURES.includes(one.tag) || PROPERTIES.includes(one.tag)) continue
      const here = this.slots.get(one) ?? slot
      const inside = inContents || this.contents.has(one)
      const marks = ['w:del', 'w:moveFrom'].includes(one.tag) ? [...looks, 'deleted as a tracked change'] : ['w:ins', 'w:moveTo'].includes(one.tag) ? [...looks, 'inserted as a tracked change'] : looks
      if (one.tag === 'w:fldSimple' && WORKED_OUT.includes(nameOf(val(one, 'w:instr') ?? ''))) continue
      if (SHOWN.includes(one.tag)) yield [one, here, marks, inside]
      yield* this.walk(one, here, marks, inside)
    }
  }

  findExtras() {
    const { pack } = this
    const found = this.extras = []
    const add = (what, words = '') => found.push(`${what}: ${words}`)
    for (const name of [...pack.entries.keys()].sort()) {
      const lower = name.toLowerCase()
      if (lower.endsWith('/')) continue
      if (lower.includes('vbaproject') || lower.includes('vbadata')) add('macro')
      else if (lower.includes('/embeddings/') || lower.includes('/activex/')) add('object inside the file', name)
      else if (lower.startsWith('_xmlsignatures/')) continue
      else if (lower.includes('/fonts/') || /\.(?:odttf|ttf|otf)$/.test(lower)) add('font inside the file: its letters may look like others', name)
      else if (!PLAIN_PARTS.test(name)) add('file inside the file', name)
      if (/^word\/(?:glossary\/)?_rels\/.*\.rels$/.test(lower)) {
        for (const one of pack.relations(name.replace('_rels/', '').replace(/\.rels$/, ''))) {
          if (one.outside) {
            let target = one.target
            try { target = decodeURIComponent(target) } catch { throw unsure('word') }
            add(one.kind === 'hyperlink' ? 'link' : `part that is loaded from elsewhere (${one.kind})`, target.replace(/\/+$/, ''))
          } else if (['aFChunk', 'subDocument', 'mailMergeSource'].includes(one.kind)) add('another document put in whole', one.target)
        }
      }
    }
    for (const tree of [pack.root, ...['header', 'footer', 'footnotes', 'endnotes'].flatMap((kind) => pack.related(kind))]) {
      for (const one of iter(tree, ...PICTURES)) {
        if (above(one, ...PICTURES).next().value || [...above(one, 'w:sdt')].some((each) => this.slots.has(each))) continue
        add('picture or drawing')
      }
      const codes = [...iter(tree, 'w:fldSimple')].map((one) => val(one, 'w:instr') ?? '')
      let pieces = ''
      for (const one of iter(tree, 'w:instrText', 'w:fldChar')) {
        if (one.tag === 'w:instrText') pieces += one.text
        else if (pieces) { codes.push(pieces); pieces = '' }
      }
      for (const code of codes) {
        const name = nameOf(code)
        if (name && !HARMLESS.includes(name)) add('field that a program works out', code.trim())
        else if (name === 'HYPERLINK' && !code.includes('\\l')) add('link', (code.split('"')[1] ?? '').replace(/\/+$/, ''))
      }
      for (const one of iter(tree, 'w:altChunk', 'w:subDoc')) add('another document put in whole', one.at.id ?? '')
      for (const one of iter(tree, 'w:pgBorders')) if (one.kids.length) add('border around the page')
    }
    for (const one of iter(pack.root, 'w:dataBinding')) add('words loaded from data in the file', val(one, 'w:xpath') ?? '')
    for (const part of pack.related('comments')) for (const one of iter(part, 'w:comment')) add('comment', [...iter(one, 'w:t')].map((each) => each.text).join(''))
    if (kid(pack.related('settings')[0], 'w:mailMerge')) add('words loaded from elsewhere (mail merge)')
    for (const part of pack.related('fontTable').slice(0, 1)) if ([...iter(part, 'w:embedRegular', 'w:embedBold', 'w:embedItalic', 'w:embedBoldItalic')].length) add('font inside the file: its letters may look like others')
  }

  /** The names of the fields: by tag; else by place, if there are as many as the file names and none speaks against it. */
  async named() {
    const { properties } = this.pack
    const known = []
    for (let n = 1; properties[n === 1 ? 'FieldNames' : `FieldNames${n}`] !== undefined; n += 1) known.push(...properties[n === 1 ? 'FieldNames' : `FieldNames${n}`].split(/\s+/).filter(Boolean))
    const tags = this.controls.map((one) => {
      const own = kid(one, 'w:sdtPr')
      const over = above(one, 'w:sdt').next().value
      return val(kid(own, 'w:tag')) || (val(kid(own, 'w:alias')) ? '' : val(find(over, 'w:sdtPr', 'w:tag'))) || ''
    })
    if (!known.length) return tags
    const byTag = new Map()
    for (const name of known) byTag.set(name.length > 64 ? `${(await hex(new TextEncoder().encode(name))).slice(0, 12)}-${name.slice(-51)}` : name, name)
    const fits = (control, name) => {
      const kinds = name.startsWith('answer__') ? undefined : KINDS[name.split('__').at(-1)]
      const own = kid(control, 'w:sdtPr')
      return !kinds || kinds.includes(kid(own, 'w14:checkbox') ? 'checkbox' : ['date', 'dropDownList', 'comboBox', 'text', 'picture'].find((kind) => kid(own, `w:${kind}`)) ?? 'rich')
    }
    const byPlace = tags.length === known.length && tags.every((tag, at) => fits(this.controls[at], known[at]) && (byTag.get(tag) ?? known[at]) === known[at] && !(tag && !byTag.has(tag)))
    return tags.map((tag, at) => byTag.get(tag) ?? (byPlace ? known[at] : ''))
  }
}

// -- the answer -----------------------------------------------------------------------------------------------------------------

const isFilled = (control, kind) => {
  if (kind === 'authority') return [...iter(control, 'w14:checked')].slice(0, 1).some((one) => ON.has(val(one, 'w14:val')))
  const flag = find(control, 'w:sdtPr', 'w:showingPlcHdr')
  if ([...iter(control, ...PICTURES)].length) return true
  const typed = [...iter(control, 'w:t')].map((one) => one.text).join('').trim()
  return Boolean(typed) && !(flag && !OFF.has(val(flag))) && !ASKING.includes(typed)
}

/** What a Word file is. `issued`: of each version {protocol, number, fingerprint, lead, docx: digests with a mark of whose each is}. */
export async function readWord(bytes, issued) {
  const pack = await Package.of(bytes)
  const said = pack.properties
  if (!said.ProtocolId) return { verdict: 'cannot-tell', why: 'unknown' }
  const claim = claimed(issued, said.ProtocolId, said.ProtocolVersion, said.Fingerprint, 'docx')
  if (claim.why !== 'anew') return claim
  const { version } = claim
  const file = new Reader(pack)
  file.names = await file.named()
  const slotted = (one) => one.slot !== undefined && file.names[one.slot] && !STAMPED.includes(file.names[one.slot])
  const words = file.words.filter((one) => !slotted(one))
  const known = bare(file.words.map((one) => one.text).join(' ')) + bare('Contents')
  const stray = file.lines.filter((line) => !known.includes(bare(line.replace(new RegExp(`[${SPACES}]*[0-9]+$`), ''))) && !known.includes(bare(line)))
  // Programs write a link once, or once for each place.
  const links = [...new Set(file.extras.filter((one) => one.startsWith('link: ')))]
  const extras = [...links, ...file.extras.filter((one) => !one.startsWith('link: '))]
  const margins = [['header', file.headers], ['footer', file.footers]].flatMap(([what, parts]) => [...new Set(parts.filter((part) => part.length).map((part) => `${what} ${part.map((one) => one.text).join(' ')}`))].sort())
  const seen = words.filter((one) => !one.faults.includes('inserted as a tracked change'))
  const recorded = async (asSeen, withExtras, withLines) => {
    const parts = [
      ...(asSeen ? words.map((one) => [one.text, ...one.faults].join('|')) : seen.map((one) => one.text)), ...margins, ...(withLines ? stray : []),
      ...(withExtras ? [...extras].sort() : [...links].sort()), ...(withExtras ? file.names.filter((one) => !one) : []),
    ]
    const digest = await hex(new TextEncoder().encode(parts.join('\n')))
    return version.docx.find((one) => one.startsWith(digest))
  }
  const marked = words.filter((one) => one.faults.length)
  const answer = (verdict, why, shownWords = []) => ({ verdict, why, version, words: shownWords.map((one) => one.text).join(' ').slice(0, 300) })
  let found = await recorded(true, true, true)
  let added = false
  if (!found) { found = await recorded(true, false, true); added = Boolean(found) }
  if (!found) {
    for (const lines of [true, false]) for (const extras of [true, false]) if (await recorded(false, extras, lines)) return answer('altered', marked.length ? 'marked' : 'lines', marked)
    return answer('cannot-tell', 'words', marked)
  }
  if ([...file.headers, ...file.footers].flat().some((one) => one.faults.length)) return answer('altered', 'marked')
  if (new Set(file.names.filter(Boolean)).size !== file.names.filter(Boolean).length) return answer('altered', 'twice')
  for (const section of iter(pack.root, 'w:sectPr')) {
    const page = number(kid(section, 'w:pgSz'), 'w:w')
    const sides = ['w:left', 'w:right'].reduce((sum, side) => sum + (number(kid(section, 'w:pgMar'), side) ?? 0), 0)
    if (page !== undefined && (page < 8334 || page - sides < 6000)) return answer('altered', 'narrow')
  }
  const owner = found.slice(65) === (await hex(new TextEncoder().encode(`${found.slice(0, 64)} ${said.Organisation}`))).slice(0, 16) ? said.Organisation : undefined
  for (const [place, name] of file.names.entries()) {
    const [, body, kind] = /^(.*)__(authority|name|post|basis|reservation|date|signature)$/.exec(name) ?? []
    if (body && body !== 'answer' && body !== owner && body !== version.lead && isFilled(file.controls[place], kind)) return answer(owner ? 'ours-with-additions' : 'cannot-tell', owner ? 'block' : 'fields')
  }
  return added ? answer('ours-with-additions', 'beside') : answer('same-words', 'look')
}
