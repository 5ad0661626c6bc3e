/** The examples beside the demo, as users run them. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { root } from './architecture/sources.js'

const run = promisify(execFile)

/** Neither a key nor a tracing set-up of who runs the tests. */
const env: Record<string, string | undefined> = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/_API_KEY$|_BASE_URL$|^OTEL_|^NODE_OPTIONS$/.test(name)),
)

test('budgets: the dear model first, then the cheaper one, then a refusal; and each user by itself', async () => {
  const { stdout, stderr } = await run(process.execPath, [join(root, 'examples/budgets/main.mjs')], { env })
  expect(stderr).toBe('')
  const lines = stdout.split('\n')
  const served = lines.flatMap((line) => /^(ann|bob): (\S+?),? /.exec(line)?.slice(1).join(' ') ?? [])
  expect(served).toEqual([
    'ann openai/gpt-5.4',
    ...Array.from({ length: 4 }, () => 'ann openai/gpt-5-mini'),
    ...Array.from({ length: 3 }, () => 'ann refused'),
    'bob openai/gpt-5.4',
  ])
  expect(stdout).toMatch(/^ {2}budget of user \*: warning, \$0\.000350 of \$0\.001000 left$/m)
  expect(stdout).toMatch(/^ {2}budget of all calls: exceeded, -40 tokens of 200 tokens left$/m)
  // What is left is less than a call of the cheaper model may come to.
  expect(stdout).toMatch(/^ann: refused, \$0\.000010 left, anew in \d+ h$/m)
  expect(stdout).toMatch(/^ {2}user ann: 5 calls, \$0\.000990$/m)
  expect(stdout).toMatch(/^ {2}user bob: 1 call, \$0\.000650$/m)
})
