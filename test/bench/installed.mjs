// What autolog() costs in a project that has every SDK of the matrix, and what an open stream keeps. Ratios to a baseline of the same
// run. Needs `npm run sdks`. By itself: `node test/bench/installed.mjs [--quick]`.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { interleave, printRatios } from './measure.mjs'

const root = resolve(import.meta.dirname, '../..')
const sdks = join(root, 'test/sdks')
const FIVE = ['groq-sdk', 'ollama', 'replicate', 'together-ai', '@google/generative-ai']
const QUIET = `{ export: (_spans, done) => done({ code: 0 }), shutdown: async () => {} }`

/** The project of `test/sdks` with this package in it. Files are linked, as they are too many to copy. */
function project() {
  mkdirSync(join(root, 'test/.apps'), { recursive: true })
  const home = mkdtempSync(join(root, 'test/.apps/installed-'))
  execFileSync('cp', ['-al', join(sdks, 'node_modules'), join(home, 'node_modules')])
  const { dependencies } = JSON.parse(readFileSync(join(sdks, 'package.json'), 'utf8'))
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ private: true, dependencies: { ...dependencies, tracestitch: '*' } }),
  )
  const modules = join(home, 'node_modules')
  for (const file of ['package.json', 'prices.json', 'dist'])
    cpSync(join(root, file), join(modules, 'tracestitch', file), { recursive: true })
  const { dependencies: own } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  mkdirSync(join(modules, '@opentelemetry'), { recursive: true })
  for (const name of Object.keys(own)) {
    rmSync(join(modules, name), { recursive: true, force: true })
    symlinkSync(join(root, 'node_modules', name), join(modules, name), 'junction')
  }
  return { home, count: Object.keys(dependencies).length }
}

const program = (imports, work) => `${imports.map((name) => `import '${name}'`).join('\n')}
import { createRequire } from 'node:module'
import { autolog } from 'tracestitch'
const load = createRequire(import.meta.url)
load('@opentelemetry/api')
const before = process.cpuUsage(), at = performance.now()
${work}
const { user, system } = process.cpuUsage(before)
console.log(JSON.stringify({ cpu: (user + system) / 1000, wall: performance.now() - at }))
process.exit(0)`

async function benchStart(rounds) {
  const { home, count } = project()
  try {
    const work = { baseline: `load('@opentelemetry/sdk-trace-base')`, autolog: `autolog({ exporter: ${QUIET} })` }
    for (const [title, imports] of [
      ['none loaded', []],
      ['five loaded', FIVE],
    ]) {
      const latest = {}
      for (const [name, code] of Object.entries(work)) writeFileSync(join(home, `${name}.mjs`), program(imports, code))
      const run = (name, measure) => async () => {
        const file = name === 'autolog' ? 'autolog.mjs' : 'baseline.mjs'
        const said = JSON.parse(execFileSync(process.execPath, [file], { cwd: home, encoding: 'utf8' }))
        latest[name] = said
        return said[measure]
      }
      for (const measure of ['cpu', 'wall']) {
        const figures = await interleave(
          { '@opentelemetry/sdk-trace-base': run('baseline', measure), 'autolog()': run('autolog', measure) },
          rounds,
        )
        printRatios(
          `${measure === 'cpu' ? 'CPU' : 'Time'} of autolog(), ${count} SDKs installed, ${title}`,
          figures,
          '@opentelemetry/sdk-trace-base',
          'ms',
        )
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

/** Streams that have begun and wait for their next event: kilobytes of heap for each, without tracing and with it. */
const STREAMS = 500
const OPEN = `import OpenAI from 'openai'
import { autolog } from 'tracestitch'
const [how] = process.argv.slice(2)
if (how !== 'bare') autolog({ exporter: ${QUIET}, captureContent: how === 'content' ? 'span' : 'none' })
const event = 'data: ' + JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content: 'Hello there, friend.' }, finish_reason: null }] }) + '\\n\\n'
const bytes = new TextEncoder().encode(event.repeat(50))
const fetch = async () => new Response(new ReadableStream({ start: (to) => to.enqueue(bytes) }), { headers: { 'content-type': 'text/event-stream' } })
const openai = new OpenAI({ apiKey: 'k', baseURL: 'http://127.0.0.1:1/v1', fetch })
const open = async () => {
  const stream = (await openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream: true }))[Symbol.asyncIterator]()
  for (let i = 0; i < 50; i++) await stream.next()
  return stream
}
const heap = async () => {
  for (let i = 0; i < 4; i++) { await new Promise((turn) => setTimeout(turn, 10)); globalThis.gc() }
  return process.memoryUsage().heapUsed
}
const kept = [await open()]
const before = await heap()
for (let i = 0; i < ${STREAMS}; i++) kept.push(await open())
console.log(((await heap()) - before) / 1024 / ${STREAMS})
process.exit(kept.length > 0 ? 0 : 1)`

async function benchOpenStreams(rounds) {
  const file = join(root, 'test/.apps/open-streams.mjs')
  mkdirSync(join(root, 'test/.apps'), { recursive: true })
  writeFileSync(file, OPEN)
  try {
    const run = (how) => async () =>
      Number(execFileSync(process.execPath, ['--expose-gc', file, how], { cwd: root, encoding: 'utf8' }))
    const figures = await interleave(
      { 'openai SDK': run('bare'), traced: run('traced'), 'traced, with content': run('content') },
      rounds,
      0,
    )
    printRatios('Heap of an open stream of 50 chunks', figures, 'openai SDK', 'kB')
  } finally {
    rmSync(file, { force: true })
  }
}

export async function benchInstalled({ streams, starts }) {
  await benchOpenStreams(streams)
  if (existsSync(join(sdks, 'node_modules'))) await benchStart(starts)
  else console.log('\nautolog() beside every SDK of the matrix: skipped, `npm run sdks` installs them')
}

if (process.argv[1] === import.meta.filename)
  await benchInstalled(process.argv.includes('--quick') ? { streams: 1, starts: 3 } : { streams: 5, starts: 9 })
