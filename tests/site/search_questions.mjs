// Asks the search of a built site, as a reader's browser does. Standard input: a list of queries as JSON. Standard output:
// for each, what is found, as [address, title, complete], and the words that were read as others.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const site = resolve(process.argv[2])
globalThis.fetch = async (url) => new Response(readFileSync(String(url).replace(/^file:\/\//, '').replace(/\?.*$/, '')))
const load = (path) => import(pathToFileURL(join(site, path)).href)

const { answer, prepare } = await load('assets/finding.js')
const ready = prepare(JSON.parse(readFileSync(join(site, 'search/places.json'), 'utf8')))
const pagefind = await load('pagefind/pagefind.js')
await pagefind.options({ basePath: join(site, 'pagefind/'), baseUrl: '/' })
await pagefind.init()
const here = (url) => url.replace(/^\//, '')
async function inText(text, rules, most) {
  const { results } = await pagefind.search(text, { filters: rules ? { rule: 'yes' } : { not: { rule: 'yes' } } })
  const found = await Promise.all(results.slice(0, most).map((result) => result.data()))
  return found.map(({ url, meta, excerpt, content, sub_results: places }) => ({
    url: here(url), title: meta.title ?? '', excerpt, content, places: (places ?? []).map((place) => ({ ...place, url: here(place.url) })),
  }))
}

const answers = []
for (const query of JSON.parse(readFileSync(0, 'utf8'))) {
  const { results, rules, mends } = await answer(ready, query, inText)
  answers.push({ found: results.map(({ url, title, complete }) => [url, title, Boolean(complete)]), rules: rules.map(({ url }) => url), mends })
}
process.stdout.write(JSON.stringify(answers), () => process.exit())
