// Filters and sorts the rows of the lists on a page, in place. Without it a list is whole and in its own order.
const tables = [...document.querySelectorAll('table.app-list')]
const rowsOf = (table) => [...table.tBodies[0].rows].filter((row) => !row.classList.contains('app-list__all'))
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const plain = (text) => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')

// What a cell is sorted by: a day, a number or its words. The head of a row is a name, whatever days a note beside it tells.
function value(cell) {
  const text = cell.textContent.trim()
  if (cell.tagName === 'TH') return plain(text)
  const day = /\b(?:(\d{1,2}) )?([A-Z][a-z]+) (\d{4})\b/.exec(text)
  if (day && MONTHS.includes(day[2])) return Number(day[3]) * 10000 + (MONTHS.indexOf(day[2]) + 1) * 100 + Number(day[1] ?? 0)
  return /^-?\d[\d,.]*/.test(text) ? Number.parseFloat(text.replaceAll(',', '')) : plain(text)
}

// Words among days or numbers, such as “Not known”, come last both ways.
function compare(one, other, down) {
  if (typeof one !== typeof other) return typeof one === 'number' ? -1 : 1
  return (down ? -1 : 1) * (typeof one === 'number' ? one - other : one.localeCompare(other))
}

function sort(table, column, down) {
  const rows = rowsOf(table).map((row) => [value(row.cells[column]), row])
  rows.sort(([one], [other]) => compare(one, other, down))
  table.tBodies[0].prepend(...rows.map(([, row]) => row))
  for (const [at, head] of [...table.tHead.rows[0].cells].entries()) {
    if (at === column) head.setAttribute('aria-sort', down ? 'descending' : 'ascending')
    else head.removeAttribute('aria-sort')
  }
}

for (const table of tables) {
  if (rowsOf(table).length < 2) continue
  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement('button')
    button.type = 'button'
    button.className = 'app-list__sort'
    button.append(...head.childNodes)
    button.addEventListener('click', () => sort(table, column, head.getAttribute('aria-sort') === 'ascending'))
    head.append(button)
  }
}

const total = tables.reduce((sum, table) => sum + rowsOf(table).length, 0)
const form = document.getElementById('app-filter')
if (form && total > 5) {
  const field = form.querySelector('input')
  const status = form.querySelector('[role=status]')
  field.addEventListener('input', () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean)
    let shown = 0
    for (const table of tables) {
      let here = 0
      for (const row of rowsOf(table)) {
        const text = plain(row.textContent)
        row.hidden = !wanted.every((word) => text.includes(word))
        if (!row.hidden) here += 1
      }
      table.closest('.app-scroll').hidden = here === 0
      shown += here
    }
    status.textContent = wanted.length ? status.dataset.shown.replace('{shown}', shown).replace('{total}', total) : ''
  })
  form.addEventListener('submit', (event) => event.preventDefault())
  form.hidden = false
}
