// Shows what ?q= leads to, twenty results at a time. All words stand in the page; what comes from the indexes or the
// address goes in as text, never as markup.
import { answer, prepare } from './finding.js'

const EACH = 20
const MOST_CHARACTERS = 200

const list = document.getElementById('app-results')
const status = document.getElementById('app-results-count')
const mend = document.getElementById('app-results-mend')
const nothing = document.getElementById('app-results-none')
const kinds = document.getElementById('app-results-kinds')
const more = document.getElementById('app-results-more')
const asked = new URLSearchParams(location.search)
const query = (asked.get('q') ?? '').replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS)
const kindItems = [...kinds.querySelectorAll('[data-kind]')]
const kind = kindItems.some((item) => item.dataset.kind === asked.get('kind')) ? asked.get('kind') : ''
const page = Math.min(Math.max(Number.parseInt(asked.get('page') ?? '1', 10) || 1, 1), 9999)
const root = new URL(list.dataset.root, location.href)

const number = (count) => count.toLocaleString('en-GB')
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '')
const kindOf = (result) => (result.kind === 'guide' ? 'guidance' : result.kind)

function tell(name, values = {}) {
  status.textContent = filled(status.dataset[name], values)
}

function address(ofKind, ofPage = 1) {
  const parts = new URLSearchParams({ q: query })
  if (ofKind) parts.set('kind', ofKind)
  if (ofPage > 1) parts.set('page', String(ofPage))
  return `?${parts}`
}

// Pagefind writes < and > as &lt; and &gt;, so that the only marks are its own.
function excerptNodes(excerpt) {
  const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>')
  return excerpt.split(/(<mark>[^<]*<\/mark>)/).filter(Boolean).map((part) => {
    const found = /^<mark>([^<]*)<\/mark>$/.exec(part)
    if (!found) return document.createTextNode(plain(part))
    const mark = document.createElement('mark')
    mark.textContent = plain(found[1])
    return mark
  })
}

function resultItem({ url, title, page: ofPage, place, excerpt, ...result }) {
  const item = document.getElementById('app-result').content.cloneNode(true)
  const target = new URL(url, root)
  if (target.origin === location.origin) item.querySelector('a').href = target.href
  item.querySelector('a').textContent = title || target.pathname
  item.querySelector('.app-records__text').append(...excerptNodes(excerpt))
  const sort = place && kindOf(result) === 'protocol' ? list.dataset[place.name.split('-')[0]] : ''
  const label = kindItems.find((one) => one.dataset.kind === kindOf(result))?.dataset.one ?? ''
  item.querySelector('.app-records__facts').textContent = place ? `${sort || label}: ${ofPage.title}` : label
  return item
}

function showKinds({ results, rules }) {
  for (const item of kindItems) {
    const name = item.dataset.kind
    const count = name === 'rule' ? rules.length : name ? results.filter((result) => kindOf(result) === name).length : results.length
    const link = item.querySelector('a')
    item.hidden = count === 0 && name !== kind
    item.querySelector('.app-kinds__count').textContent = `(${number(count)})`
    link.href = address(name)
    if (name === kind) link.setAttribute('aria-current', 'true')
  }
  kinds.hidden = results.length + rules.length === 0
}

function showMore(count) {
  const links = [[page > 1, 'previous', page - 1], [page * EACH < count, 'next', page + 1]]
  for (const [wanted, name, there] of links) {
    const link = document.getElementById(`app-results-${name}`)
    link.hidden = !wanted
    if (wanted) link.href = address(kind, there)
  }
  more.hidden = links.every(([wanted]) => !wanted)
}

// Asks the index of texts. Rules are left out unless they alone are asked for.
async function textIndex() {
  const pagefind = await import(new URL('pagefind/pagefind.js', root).href)
  await pagefind.options({ baseUrl: '/' })
  await pagefind.init()
  const here = (url) => url.replace(/^\//, '')
  return async (text, rules, most) => {
    const { results } = await pagefind.search(text, { filters: rules ? { rule: 'yes' } : { not: { rule: 'yes' } } })
    const found = await Promise.all(results.slice(0, most).map((result) => result.data()))
    return found.map(({ url, meta, excerpt, content, sub_results: places }) => ({
      url: here(url), title: meta.title ?? '', excerpt, content, places: (places ?? []).map((place) => ({ ...place, url: here(place.url) })),
    }))
  }
}

async function search() {
  tell('waiting')
  const [ready, inText] = await Promise.all([fetch(new URL('search/places.json', root)).then((response) => response.json()).then(prepare), textIndex()])
  const found = await answer(ready, query, inText)
  const results = kind === 'rule' ? found.rules : found.results.filter((result) => !kind || kindOf(result) === kind)
  const count = results.length
  const first = (page - 1) * EACH
  const shown = results.slice(first, first + EACH)
  list.replaceChildren(...shown.map(resultItem))
  list.start = first + 1
  list.hidden = shown.length === 0
  nothing.hidden = found.results.length > 0
  mend.hidden = found.mends.length === 0
  mend.textContent = found.mends.map(([typed, used]) => filled(mend.dataset.mend, { typed, used })).join(' ')
  showKinds(found)
  showMore(count)
  const values = { query, count: number(count), first: number(first + 1), last: number(first + shown.length) }
  tell(shown.length === 0 ? 'none' : count === 1 ? 'one' : count > EACH ? 'part' : 'many', values)
}

document.querySelector('main input[name=q]').value = query
if (query) {
  document.title = `${query} – ${document.title}`
  search().catch(() => tell('failed'))
} else status.textContent = ''
