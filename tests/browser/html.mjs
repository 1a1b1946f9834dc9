// Asks the Nu HTML checker about every page of a built site: no error and no warning. Needs Java. Run: node html.mjs SITE
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pagesOf } from './house.mjs'

const [site] = process.argv.slice(2)
const jar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar')
// The checker does not know which host 'self' is and takes each file for foreign; Chromium judges the policy in gate.mjs.
const UNKNOWABLE = '.*Content Security Policy.*'
const found = pagesOf(site)
const styles = ['assets/site.css', 'assets/icon.svg'].map((name) => join(site, name))
const missing = styles.filter((path) => !existsSync(path))
const ask = (...more) => spawnSync('java', ['-Xmx900m', '-jar', jar, '--Werror', '--filterpattern', UNKNOWABLE, ...more], { stdio: 'inherit' }).status
const fine = found.length > 0 && missing.length === 0 && ask('--skip-non-html', site) === 0 && ask('--also-check-css', '--also-check-svg', ...styles) === 0
console.log(`${found.length} pages: ${fine ? 'no fault' : `faults, ${missing.join(', ') || 'above'}`}`)
process.exit(fine ? 0 : 1)
