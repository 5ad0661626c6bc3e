/** Builds the JavaScript before the tests, unless it is newer than what it is made of: child processes run what is built. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const SOURCES = ['src', 'integrations', 'build', 'package.json', 'tsup.config.ts']
/** The first and the last of the files that a build writes may be seconds apart. */
const BUILT = ['dist/index.js', 'dist/index.cjs', 'dist/cli.cjs']

/** Milliseconds since 1970 at which the newest file in there was written. */
function newest(path: string): number {
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(`${path}/${name}`)))
}

export function setup(): void {
  const built = BUILT.map((file) => `${root}/${file}`)
  const sources = Math.max(...SOURCES.map((file) => newest(`${root}/${file}`)))
  if (built.every((file) => existsSync(file) && statSync(file).mtimeMs > sources)) return
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build:js'], { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`)
}
