// Shows what the index that the build made holds for ?q= and ?kind=, twenty results at a time. All words stand in the
// page; what comes from the index or the address goes in as text, never as markup.
const EACH = 20
const MOST_CHARACTERS = 200

const list = document.getElementById('app-results')
const status = document.getElementById('app-results-count')
const kinds = document.getElementById('app-results-kinds')
const more = document.getElementById('app-results-more')
const asked = new URLSearchParams(location.search)
const query = (asked.get('q') ?? '').replace(/\s+/g, ' ').trim().slice(0, MOST_CHARACTERS)
const kindItems = [...kinds.querySelectorAll('[data-kind]')]
const labels = new Map(kindItems.map((item) => [item.dataset.kind, item.querySelector('a').textContent]))
const kind = labels.has(asked.get('kind')) ? asked.get('kind') : ''
const page = Math.min(Math.max(Number.parseInt(asked.get('page') ?? '1', 10) || 1, 1), 9999)

const number = (count) => count.toLocaleString('en-GB')

function tell(name, values = {}) {
  status.textContent = status.dataset[name].replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '')
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

function resultItem(data) {
  const item = document.getElementById('app-result').content.cloneNode(true)
  const target = new URL(data.url, location.href)
  if (target.origin === location.origin) item.querySelector('a').href = target.href
  item.querySelector('a').textContent = data.meta.title || target.pathname
  item.querySelector('.app-records__text').append(...excerptNodes(data.excerpt))
  item.querySelector('.app-records__facts').textContent = Object.keys(data.filters).filter((name) => labels.has(name)).map((name) => labels.get(name)).join(', ')
  return item
}

function showKinds(counts, total) {
  for (const item of kindItems) {
    const name = item.dataset.kind
    const count = name ? counts[name]?.yes ?? 0 : total
    const link = item.querySelector('a')
    item.hidden = count === 0 && name !== kind
    item.querySelector('.app-kinds__count').textContent = `(${number(count)})`
    link.href = address(name)
    if (name === kind) link.setAttribute('aria-current', 'true')
  }
  kinds.hidden = total === 0
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

async function search() {
  tell('waiting')
  const pagefind = await import(new URL(list.dataset.index, location.href).href)
  await pagefind.init()
  const known = await pagefind.filters()
  const wanted = kind ? { [kind]: 'yes' } : {}
  const answer = await pagefind.search(query, { filters: wanted })
  // What is over, and the rules of the check, come after what stands; within each the order is the index's own.
  const last = known.last ? await pagefind.search(query, { filters: { ...wanted, last: 'yes' } }) : { results: [] }
  const late = new Set(last.results.map((result) => result.id))
  const results = [...answer.results.filter((result) => !late.has(result.id)), ...last.results]
  const count = results.length
  const first = (page - 1) * EACH
  const found = await Promise.all(results.slice(first, first + EACH).map((result) => result.data()))
  list.replaceChildren(...found.map(resultItem))
  list.start = first + 1
  list.hidden = found.length === 0
  showKinds(answer.totalFilters, answer.unfilteredResultCount)
  showMore(count)
  const values = { query, count: number(count), first: number(first + 1), last: number(first + found.length) }
  tell(found.length === 0 ? 'none' : count === 1 ? 'one' : count > EACH ? 'part' : 'many', values)
}

document.querySelector('main input[name=q]').value = query
if (query) {
  document.title = `${query} – ${document.title}`
  search().catch(() => tell('failed'))
} else status.textContent = ''
