// What a query leads to: ranks the pages, cards, forms, clauses and lists of `search/places.json`. No part of it touches
// the page, so that a test can run it. Words are compared in small letters, without accents and endings.

const STOP = new Set(('a about after all am an and any are as at be been before but by can could did do does doing for from get give had has have ' +
  'he her him his how i if in into is it its know may me must my need not of off on or our out please she should so some someone tell than that the their ' +
  'them then there these they this those to up us want was we were what when where which who whom whose why will with would you your ' +
  'ar ei eu fy gan i o r sut y yn yng ym yr').split(' '))
// Words that say little about what is meant, as stems: they matter only among themselves.
const WEAK = new Set(['agreement', 'blank', 'call', 'cas', 'contact', 'copy', 'data', 'dat', 'document', 'docx', 'download', 'email', 'file', 'information', 'number', 'pag', 'page', 'pdf', 'people', 'person', 'phon', 'phone', 'print', 'protocol', 'request', 'ring', 'shar', 'share', 'word'])
const WEAKLY = 0.12
// A query is answered in full if what it lacks is weak.
const FULL = 0.8
// How much a match weighs: in the title itself, in the title of its page, in the words given for a page.
const OWN = 3
const OF_PAGE = 1.2
const GIVEN = 2
const OF_NAME = 1.8
const BEGINS = 1.2
const PHRASE = 14
const WHOLE_TITLE = 20
const KINDS = { protocol: 1.6, person: 1.6, organisation: 1.4, list: 1.25, guidance: 1, guide: 0.9, register: 0.85, rule: 0.8 }
// Places of a protocol, by the beginning of their names.
const PLACES = { flow: 1.08, form: 1.1, clause: 1.02, law: 0.5 }
const OTHER_PLACE = 0.75
const EACH_PAGE = 3
const MEANT = 0.97

const plain = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')

/** The words of a text. A section of an Act is one word: s.115, s 115 and section 115 are all "s115". */
export function words(text) {
  return plain(text).replace(/\b(?:sections?|ss?)[. ]*(\d+[a-z]*)/g, 's$1').split(/[^a-z0-9]+/).filter((word) => word.length > 1 || /\d/.test(word))
}

/** A word without the endings that change with its use. */
export function stem(word) {
  if (/\d/.test(word)) return word
  let found = word
  if (found.length > 4 && found.endsWith('ies')) found = `${found.slice(0, -3)}y`
  else if (found.length > 3 && /[^su]s$/.test(found)) found = found.slice(0, -1)
  if (found.length > 5 && found.endsWith('ing')) found = found.slice(0, -3)
  else if (found.length > 4 && found.endsWith('ed')) found = found.slice(0, -2)
  if (found.length > 4 && /([bdgklmnprt])\1$/.test(found) && found !== word) found = found.slice(0, -1)
  return found.length > 4 && found.endsWith('e') ? found.slice(0, -1) : found
}

/** The forms that a Welsh word may have had before its first letter changed (soft, nasal and aspirate mutation). */
export function unmutated(word) {
  const found = [word]
  const rules = [
    ['ngh', 'c'], ['mh', 'p'], ['nh', 't'], ['ng', 'g'], ['ph', 'p'], ['th', 't'], ['ch', 'c'], ['dd', 'd'],
    ['m', 'b'], ['n', 'd'], ['b', 'p'], ['d', 't'], ['g', 'c'], ['f', 'b'], ['f', 'm'], ['l', 'll'], ['r', 'rh'], ['h', ''],
  ]
  for (const [changed, first] of rules) if (word.startsWith(changed)) found.push(first + word.slice(changed.length))
  found.push(`g${word}`)
  return found
}

/** How many letters must be added, left out, changed or swapped to make one word of the other; more than `most` is told as that. */
export function distance(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let before = []
  let row = Array.from({ length: other.length + 1 }, (_, place) => place)
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same)
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1)
    }
    if (Math.min(...next) > most) return most + 1
    before = row
    row = next
  }
  return row[other.length]
}

/** Makes an index ready to be asked. */
export function prepare(index) {
  const known = new Map() // stem -> in how many titles it stands
  const spelt = new Set()
  const count = (tokens) => { for (const token of new Set(tokens)) known.set(token, (known.get(token) ?? 0) + 1) }
  const stems = (text) => words(text).map((word) => { spelt.add(word); return stem(word) })
  const pages = index.pages.map(([url, title, kind, last, given, phrases]) => {
    const page = { url, title, kind: index.kinds[kind], last: Boolean(last), own: stems(title), whole: words(title).map(stem).join(' '), given: stems(`${given} ${phrases.join(' ')} ${index.kinds[kind] === 'rule' ? url : ''}`), phrases: phrases.map((phrase) => words(phrase).map(stem)) }
    count([...page.own, ...page.given])
    return page
  })
  const places = index.places.map(([title, where, numbers]) => {
    const name = where.split('#')[1] ?? ''
    const place = { title, name, where, numbers, own: stems(title), given: words(name).slice(1).map(stem) }
    count([...place.own, ...place.given])
    return place
  })
  const means = new Map()
  for (const [typed, alternatives] of Object.entries(index.means)) {
    const key = words(typed)
    means.set(key.join(' '), alternatives.map((alternative) => words(alternative).filter((word) => !STOP.has(word)).map(stem)))
    for (const word of key) spelt.add(word)
    for (const alternative of alternatives) for (const word of words(alternative)) spelt.add(word)
  }
  const welsh = new Map(Object.entries(index.welsh).map(([word, english]) => [plain(word), english]))
  return { pages, places, known, spelt: [...spelt].filter((word) => !/\d/.test(word)), means, welsh, misspelt: index.misspelt, all: pages.length + places.length, longest: Math.max(1, ...[...means.keys()].map((key) => key.split(' ').length)) }
}

const known = (ready, word) => ready.known.has(stem(word)) || ready.means.has(word) || STOP.has(word)

// The word that was meant, if the one typed is in no title: a known slip, a Welsh word, or the nearest word in letters.
function mended(ready, word, kept) {
  if (kept.has(word) || known(ready, word) || /\d/.test(word)) return [word]
  if (ready.misspelt[word]) return words(ready.misspelt[word])
  for (const form of unmutated(word)) if (ready.welsh.has(form)) return words(ready.welsh.get(form))
  if (word.length < 4 || [...ready.known.keys()].some((other) => other.startsWith(word))) return [word]
  const most = word.length < 9 ? 1 : 2
  let best = null
  for (const other of ready.spelt) {
    if (other[0] !== word[0] || other.length < 4) continue
    const far = distance(word, other, most)
    // Of words as near, the commoner one.
    const common = ready.known.get(stem(other)) ?? 0
    if (far <= most && (!best || far < best.far || (far === best.far && common > best.common))) best = { other, far, common }
  }
  return best ? [best.other] : [word]
}

/** The terms of a query: what each may mean, as stems. `mends` tells which words were read as others. */
export function understand(ready, query, kept = new Set()) {
  const typed = words(query)
  const mends = []
  const tokens = typed.flatMap((word) => {
    const meant = mended(ready, word, kept)
    if (meant.length !== 1 || meant[0] !== word) mends.push([word, meant.join(' ')])
    return meant
  })
  const terms = []
  for (let start = 0; start < tokens.length;) {
    let length = Math.min(ready.longest, tokens.length - start)
    while (length > 0 && !ready.means.has(tokens.slice(start, start + length).join(' '))) length -= 1
    const phrase = tokens.slice(start, start + Math.max(length, 1))
    start += phrase.length
    const own = phrase.filter((word) => !STOP.has(word)).map(stem)
    const meant = length ? ready.means.get(phrase.join(' ')) : []
    if (own.length || meant.length) terms.push({ words: phrase, alternatives: [...(own.length ? [{ stems: own, weight: 1 }] : []), ...meant.map((stems) => ({ stems, weight: MEANT }))] })
  }
  // A query of nothing but small words asks for these.
  if (!terms.length) for (const word of tokens) terms.push({ words: [word], alternatives: [{ stems: [stem(word)], weight: 1 }] })
  return { stems: tokens.map(stem), terms, mends }
}

// How well a stem fits a list of stems: 1 if it is there, less if only a longer word begins with it.
function fit(own, wanted) {
  let best = 0
  for (const word of own) {
    if (word === wanted) return 1
    if (wanted.length > 2 && word.startsWith(wanted)) best = Math.max(best, 0.5 + (0.4 * wanted.length) / word.length)
  }
  return best
}

const rarity = (ready, stems) => Math.max(...stems.map((one) => (WEAK.has(one) ? WEAKLY : 1) * Math.log(1 + ready.all / (1 + (ready.known.get(one) ?? 0)))))

// The score of something with its own words, those of its page, and those given: how much, and what share of the query.
function scored(ready, terms, fields) {
  let score = 0
  let found = 0
  let asked = 0
  const matched = new Set()
  for (const { alternatives } of terms) {
    let best = 0
    let weight = 0
    for (const alternative of alternatives) {
      const value = rarity(ready, alternative.stems)
      weight = Math.max(weight, value)
      let sum = 0
      let every = true
      const hits = []
      for (const wanted of alternative.stems) {
        const fits = fields.map(([own, factor]) => fit(own, wanted) * factor)
        const most = Math.max(...fits)
        if (most === 0) { every = false; break }
        if (fits[0] > 0) hits.push(wanted)
        sum += most
      }
      if (!every) continue
      const gain = (sum / alternative.stems.length) * value * alternative.weight
      if (gain > best) { best = gain; for (const hit of hits) matched.add(hit) }
    }
    asked += weight
    if (best > 0) { found += weight; score += best }
  }
  const own = fields[0][0].filter((word) => !STOP.has(word))
  const told = own.length ? Math.min(1, own.filter((word) => [...matched].some((hit) => word === hit || word.startsWith(hit))).length / own.length) : 0
  const begins = matched.has(fields[0][0][0]) ? BEGINS : 1
  return { score: score * (0.75 + 0.25 * told) * begins, share: asked ? found / asked : 0 }
}

function holds(tokens, phrase) {
  if (!phrase.length) return false
  for (let start = 0; start + phrase.length <= tokens.length; start += 1) if (phrase.every((word, place) => tokens[start + place] === word)) return true
  return false
}

/**
 * Returns what the query leads to, the best first: `{ found: [{ url, title, kind, page, place, complete }], mends, text }`.
 * `complete`: every word of the query is in its title or stands for it. `text`: the query as it was understood.
 */
export function find(ready, query, kept = new Set()) {
  const { stems, terms: all, mends } = understand(ready, query, kept)
  const wantsRule = stems.includes('rule')
  const terms = wantsRule && all.length > 1 ? all.filter(({ words: own }) => own.length > 1 || stem(own[0]) !== 'rule') : all
  const wants = new Set(['form', 'flow', 'clause'].filter((one) => stems.includes(stem(one)) || (one === 'flow' && stems.includes('card'))))
  const found = []
  const rules = []
  const keep = (page, place, score, share) => {
    if (!(score > 0)) return
    const one = { url: page.url + (place ? place.where : ''), title: place ? place.title : page.title, kind: page.kind, page, place, score, share, complete: share > FULL }
    ;(page.kind === 'rule' && !wantsRule ? rules : found).push(one)
  }
  const ofPages = ready.pages.map((page) => {
    const { score, share } = scored(ready, terms, [[page.own, OWN], [page.given, GIVEN]])
    const factor = (wantsRule && page.kind === 'rule' ? 3 : KINDS[page.kind]) * (page.last ? 0.5 : 1)
    const phrase = page.phrases.filter((one) => holds(stems, one)).sort((one, other) => other.length - one.length)[0] ?? []
    // What the phrase leaves of the query must be of the page too: "may I tell" leads to the chooser, with a name to the body.
    const rest = phrase.length ? terms.filter(({ words: own }) => !own.every((word) => phrase.includes(stem(word)))) : terms
    const shareOfRest = phrase.length && rest.length ? scored(ready, rest, [[page.own, OWN], [page.given, GIVEN]]).share : 1
    const extra = (phrase.length ? PHRASE * Math.sqrt(phrase.length) * (0.4 + 0.6 * shareOfRest ** 2) : 0) + (stems.length > 2 && page.whole === stems.join(' ') ? WHOLE_TITLE : 0)
    keep(page, null, (score * share ** 2 + extra) * factor, phrase.length ? Math.max(share, shareOfRest) : share)
    return page.last ? 0.5 : 1
  })
  for (const place of ready.places) {
    if (!terms.some(({ alternatives }) => alternatives.some(({ stems: some }) => some.some((one) => fit(place.own, one) > 0 || fit(place.given, one) > 0)))) continue
    const start = place.name.split('-')[0]
    for (const number of place.numbers) {
      const page = ready.pages[number]
      const { score, share } = scored(ready, wants.has(start) ? terms.filter(({ words: own }) => own.length > 1 || stem(own[0]) !== stem(start)) : terms, [[place.own, OWN], [page.own, OF_PAGE], [place.given, OF_NAME]])
      const factor = page.kind === 'protocol' ? PLACES[start] ?? OTHER_PLACE : OTHER_PLACE
      keep(page, place, score * share ** 2 * factor * ofPages[number] * (wants.has(start) ? 1.3 : 1), share)
    }
  }
  const shown = (list) => {
    const times = new Map()
    return list.sort((one, other) => (wantsRule ? (other.kind === 'rule') - (one.kind === 'rule') : 0) || other.complete - one.complete || other.score - one.score || one.url.localeCompare(other.url)).filter(({ page }) => {
      times.set(page.url, (times.get(page.url) ?? 0) + 1)
      return times.get(page.url) <= EACH_PAGE
    })
  }
  const text = terms.map(({ words: own, alternatives }) => (own.some((word) => ready.known.has(stem(word))) || alternatives.length < 2 ? own : alternatives[1].stems).join(' ')).join(' ')
  return { found: shown(found), rules: shown(rules), mends, terms, text }
}

/** Whether a text holds every term, in one of its meanings, at the beginning of a word. Pagefind answers with less. */
export function holdsEvery(terms, text) {
  const all = words(text).map(stem)
  return terms.every(({ alternatives }) => alternatives.some(({ stems }) => stems.every((one) => fit(all, one) > 0)))
}

// The page as a part of which another is found: a protocol's front page, or the page itself.
const frontOf = (url) => url.replace(/^(protocols\/[^/]+\/).+$/, '$1')

const MOST_BODIES = 30
const RANK = 10

/**
 * Returns everything that answers the query: first what bears its words in its title, then pages whose text has them all,
 * then what bears some. `inText(text, rules)` asks the index of texts and returns up to `MOST_BODIES` of its pages as
 * `{ url, title, excerpt, content, places: [{ url, title, excerpt }] }`, addresses relative to the site's root.
 */
export async function answer(ready, query, inText) {
  // A word that stands in no title may still stand in the text: then it is no slip.
  const kept = new Set()
  for (const [typed] of understand(ready, query).mends) {
    const term = [{ alternatives: [{ stems: [stem(typed)] }] }]
    if ((await inText(typed, false, 5)).some(({ content }) => holdsEvery(term, content))) kept.add(typed)
  }
  const { found, rules, mends, terms, text } = find(ready, query, kept)
  const kinds = new Map(ready.pages.map((page) => [page.url, page]))
  const told = async (list, ofRules) => {
    const bodies = terms.length ? (await inText(text, ofRules, MOST_BODIES)).filter(({ title, content }) => holdsEvery(terms, `${title} ${content}`)) : []
    const excerpts = new Map([...bodies].reverse().map(({ url, excerpt }) => [frontOf(url), excerpt]))
    for (const { url, excerpt, places } of bodies) for (const [where, words] of [[url, excerpt], ...places.map((place) => [place.url, place.excerpt])]) excerpts.set(where, words)
    const seen = new Set(list.filter(({ complete }) => complete).map(({ page }) => page.url))
    // Of a page whose text has every word, what bears some of them in its title is likelier meant than where the text has them.
    const partly = new Map()
    for (const one of list) if (!one.complete && one.share > 0.3 && !partly.has(one.page.url)) partly.set(one.page.url, one)
    // Each protocol once, however many of its pages have the words.
    const once = bodies.filter(({ url }) => !seen.has(frontOf(url)) && seen.add(frontOf(url)))
    const more = once.map(({ url, title, excerpt, places }, rank) => {
      const near = partly.get(frontOf(url))
      const page = kinds.get(frontOf(url))
      const score = (near?.score ?? 0) + RANK * (1 - rank / MOST_BODIES)
      if (near) return { ...near, last: near.page.last, score, excerpt: excerpts.get(near.url) ?? excerpt }
      const best = places[0]
      const inside = best && best.url !== url ? { title: best.title, name: best.url.split('#')[1] } : null
      return { url: inside ? best.url : url, title: inside ? inside.title : title, page: page ?? { url, title }, place: inside, kind: page?.kind ?? 'register', last: Boolean(page?.last), score, excerpt: inside ? best.excerpt : excerpt }
    }).sort((one, other) => other.score - one.score)
    const inOrder = [...more.filter(({ last }) => !last), ...more.filter(({ last }) => last)]
    const known = new Set(inOrder.map(({ url }) => url))
    const some = list.filter(({ complete, share, url }) => !complete && share >= 0.5 && !known.has(url))
    return [...list.filter(({ complete }) => complete), ...inOrder, ...some].map((one) => ({ ...one, excerpt: one.excerpt ?? excerpts.get(one.url) ?? '' }))
  }
  return { results: await told(found, false), rules: await told(rules, true), mends }
}
