// What starting costs: importing the package, and the call of autolog() with few and many packages installed.
import { execFileSync, fork } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { interleave, printRatios } from './measure.mjs'

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
    const first = await firstCall(bare, rounds)
    printRatios('The longest block of the event loop by a first call, in a fresh process', first, 'openai SDK', 'ms')
    for (const packages of [2, 50]) {
      const dir = app(home, `packages-${packages}`, packages)
      const starts = await interleave(
        {
          '@opentelemetry/sdk-trace-base': async () => run(dir, 'sdk.mjs'),
          'autolog(), the SDK is loaded': async () => run(dir, 'autolog.mjs'),
          'autolog() and the SDK': async () => run(dir, 'autolog-and-sdk.mjs'),
        },
        rounds,
      )
      const title = `CPU of autolog(), ${packages} packages installed, ${packages === 2 ? 'both' : '2 of them SDKs'} loaded`
      printRatios(title, starts, '@opentelemetry/sdk-trace-base', 'ms')
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Of one call, and of fifty at once: the longest time without a turn of the loop, and that of a price read after it. */
async function firstCall(dir, rounds) {
  const server = fork(new URL('server.mjs', import.meta.url))
  const { port } = await new Promise((resolve) => server.once('message', resolve))
  const baseURL = `http://127.0.0.1:${port}/v1`
  symlinkSync(join(root, 'node_modules/openai'), join(dir, 'node_modules/openai'), 'junction')
  writeFileSync(join(dir, 'first-call.mjs'), FIRST_CALL)
  const run = (who, calls) => async () =>
    Number(execFileSync(process.execPath, ['first-call.mjs', who, calls, baseURL], { cwd: dir, encoding: 'utf8' }))
  try {
    return await interleave(
      {
        'openai SDK': run('openai', 1),
        tracestitch: run('tracestitch', 1),
        'tracestitch, and its cost': run('cost', 1),
        'openai SDK, 50 at once': run('openai', 50),
        'tracestitch, 50 at once': run('tracestitch', 50),
      },
      rounds,
    )
  } finally {
    server.disconnect()
  }
}

const SDKS = `import 'openai'; import '@anthropic-ai/sdk'; import { autolog } from 'tracestitch'`
/** Takes spans, as with `none` nothing of OpenTelemetry is set up. */
const QUIET = `{ export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} }`
const LOAD_SDK = `process.getBuiltinModule('node:module').createRequire(import.meta.url)('@opentelemetry/sdk-trace-base')`

const FIRST_CALL = `const [who, calls, baseURL] = process.argv.slice(2)
const body = { model: 'gpt-5-mini', messages: [{ role: 'user', content: 'Hello' }] }
let call
if (who === 'openai') {
  const { default: OpenAI } = await import('openai')
  const openai = new OpenAI({ apiKey: 'bench', baseURL, maxRetries: 0 })
  call = () => openai.chat.completions.create(body)
} else {
  const { createClient } = await import('tracestitch')
  const ai = createClient({ providers: { openai: { apiKey: 'bench', baseURL } } })
  call = () => ai.chat.completions.create({ ...body, model: 'openai/gpt-5-mini' })
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 30))
await pause()
let last = performance.now()
let longest = 0
let over = false
const turn = () => {
  const now = performance.now()
  longest = Math.max(longest, now - last)
  last = now
  if (!over) setImmediate(turn)
}
setImmediate(turn)
await pause()
longest = 0
const answers = await Promise.all(Array.from({ length: Number(calls) }, call))
await pause()
if (who === 'cost' && !(answers[0]._meta.cost.usd > 0)) throw new Error('no price')
await pause()
over = true
console.log(longest)
`

function app(home, name, packages) {
  const dir = join(home, name)
  const modules = join(dir, 'node_modules')
  mkdirSync(join(modules, '@anthropic-ai'), { recursive: true })
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true })
  // As it is installed. A link into this tree would be a workspace, of which autolog() looks at every dependency.
  for (const file of ['package.json', 'prices.json', 'dist'])
    cpSync(join(root, file), join(modules, 'tracestitch', file), { recursive: true })
  const { dependencies: own } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const dependency of ['@opentelemetry/api', ...Object.keys(own)])
    symlinkSync(join(root, 'node_modules', dependency), join(modules, dependency), 'junction')
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
  const burnt = (work) => {
    const cpu = `(({ user, system }) => (user + system) / 1000)(process.cpuUsage())`
    return `const before = ${cpu}; ${work}; console.log(${cpu} - before)`
  }
  writeFileSync(join(dir, 'import-http.mjs'), timed(`await import('node:http')`))
  writeFileSync(join(dir, 'import-api.mjs'), timed(`await import('@opentelemetry/api')`))
  writeFileSync(join(dir, 'import-tracestitch.mjs'), timed(`await import('tracestitch')`))
  writeFileSync(join(dir, 'import-core.mjs'), timed(`await import('tracestitch/core')`))
  const parts = ['core', 'protocols', 'providers'].map((part) => `await import('tracestitch/${part}')`)
  writeFileSync(join(dir, 'import-parts.mjs'), timed(parts.join('; ')))
  writeFileSync(
    join(dir, 'autolog.mjs'),
    `${SDKS}\n${LOAD_SDK}\n${burnt(`autolog({ exporter: ${QUIET} })`)}; process.exit(0)`,
  )
  writeFileSync(
    join(dir, 'autolog-and-sdk.mjs'),
    `${SDKS}\n${burnt(`autolog({ exporter: ${QUIET} })`)}; process.exit(0)`,
  )
  writeFileSync(join(dir, 'sdk.mjs'), `${SDKS}\n${burnt(LOAD_SDK)}; process.exit(0)`)
  return dir
}
