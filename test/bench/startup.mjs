// What starting costs: importing the package, and the call of autolog() with few and many packages installed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { interleave, median, printRatios } from './measure.mjs'

const root = resolve(import.meta.dirname, '../..')

export async function benchStartup(rounds) {
  const home = mkdtempSync(join(tmpdir(), 'tracestitch-bench-'))
  try {
    const run = (dir, file) =>
      Number(
        execFileSync(process.execPath, [file], {
          cwd: dir,
          encoding: 'utf8',
          env: { ...process.env, NODE_OPTIONS: '' },
        }).trim(),
      )
    const bare = app(home, 'bare', 0)
    const imports = await interleave(
      {
        'node:http (baseline)': async () => run(bare, 'import-http.mjs'),
        '@opentelemetry/api': async () => run(bare, 'import-api.mjs'),
        tracestitch: async () => run(bare, 'import-tracestitch.mjs'),
        'tracestitch/core': async () => run(bare, 'import-core.mjs'),
        'tracestitch/core, protocols and providers': async () => run(bare, 'import-parts.mjs'),
      },
      rounds,
    )
    printRatios('Import, in a fresh process', imports, 'node:http (baseline)', 'ms')
    for (const packages of [2, 50]) {
      const dir = app(home, `packages-${packages}`, packages)
      const times = []
      for (let i = 0; i < rounds; i++) times.push(run(dir, 'autolog.mjs'))
      console.log(
        `\nautolog() with ${packages} packages installed, ${packages === 2 ? 'both' : '2 of them SDKs'} loaded: ${median(times).toFixed(1)} ms`,
      )
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function app(home, name, packages) {
  const dir = join(home, name)
  const modules = join(dir, 'node_modules')
  mkdirSync(join(modules, '@anthropic-ai'), { recursive: true })
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true })
  symlinkSync(root, join(modules, 'tracestitch'), 'junction')
  symlinkSync(join(root, 'node_modules/@opentelemetry/api'), join(modules, '@opentelemetry/api'), 'junction')
  const dependencies = { tracestitch: '*' }
  if (packages > 0) {
    for (const sdk of ['openai', '@anthropic-ai/sdk']) {
      symlinkSync(join(root, 'node_modules', sdk), join(modules, sdk), 'junction')
      dependencies[sdk] = '*'
    }
  }
  for (let i = 2; i < packages; i++) {
    const filler = `filler-${i}`
    mkdirSync(join(modules, filler))
    writeFileSync(
      join(modules, filler, 'package.json'),
      JSON.stringify({ name: filler, version: '1.0.0', main: 'index.js', dependencies: { left: '*', right: '*' } }),
    )
    writeFileSync(join(modules, filler, 'index.js'), 'module.exports = {}')
    dependencies[filler] = '*'
  }
  writeFileSync(join(dir, 'package.json'), JSON.stringify({ name, private: true, dependencies }))
  const timed = (work) => `const before = performance.now(); ${work}; console.log(performance.now() - before)`
  writeFileSync(join(dir, 'import-http.mjs'), timed(`await import('node:http')`))
  writeFileSync(join(dir, 'import-api.mjs'), timed(`await import('@opentelemetry/api')`))
  writeFileSync(join(dir, 'import-tracestitch.mjs'), timed(`await import('tracestitch')`))
  writeFileSync(join(dir, 'import-core.mjs'), timed(`await import('tracestitch/core')`))
  const parts = ['core', 'protocols', 'providers'].map((part) => `await import('tracestitch/${part}')`)
  writeFileSync(join(dir, 'import-parts.mjs'), timed(parts.join('; ')))
  writeFileSync(
    join(dir, 'autolog.mjs'),
    `import 'openai'; import '@anthropic-ai/sdk'; import { autolog } from 'tracestitch'\n${timed(`autolog({ exporter: 'none' })`)}; process.exit(0)`,
  )
  return dir
}
