/**
 * Asks the registry whether what this package brings along has known faults, and fails if one is serious. Where the registry
 * cannot be asked, nothing fails: the last line says so.
 */
import { spawnSync } from 'node:child_process'

const flags = ['audit', '--omit=dev', '--workspaces=false', '--package-lock-only', '--json']
const { stdout, stderr, error } = spawnSync('npm', flags, { encoding: 'utf8', shell: process.platform === 'win32' })

/** `vulnerabilities` of https://docs.npmjs.com/cli/commands/npm-audit: a package, how serious, and what is known of it. */
function readReport() {
  try {
    return JSON.parse(stdout)
  } catch {
    return {}
  }
}

const { vulnerabilities, message } = readReport()
if (!vulnerabilities) {
  const reason = message ?? error?.message ?? stderr.trim().split('\n', 1)[0]
  console.log(`audit: NOT DONE, the registry gave no answer to npm audit (${reason || 'it said nothing'})`)
} else {
  const found = Object.values(vulnerabilities).map(({ name, severity, range, via }) => ({
    severity,
    line: `audit: ${severity}: ${name} ${range}: ${via.map((each) => each.title ?? `by ${each}`).join('; ')}`,
  }))
  for (const { line } of found) console.log(line)
  const serious = found.filter(({ severity }) => severity === 'high' || severity === 'critical')
  console.log(`audit: ${found.length} known faults in dependencies, ${serious.length} of them high or critical`)
  if (serious.length > 0) process.exitCode = 1
}
