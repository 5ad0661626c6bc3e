/** Code as it is sent: without comments and indentation, a statement on each line. */
import ts from 'typescript'
import { minify } from 'vite'

/** Functions and classes keep their names, by which a stack trace says where it was. */
const keepNames = { function: true, class: true }

/**
 * Each statement has a line of its own, for stack traces too. Lines of one length would break the same code in other places
 * each time, which takes more to send.
 *
 * @param name - Of the file. A `.cjs` is no module.
 */
export async function compact(name: string, code: string): Promise<string> {
  const { code: dense, errors } = await minify(name, code, {
    module: !name.endsWith('.cjs'),
    compress: { target: 'node20', keepNames },
    mangle: { toplevel: true, keepNames },
    codegen: { removeWhitespace: true },
  })
  if (errors[0]) throw new Error(`${name}: ${errors[0].message}`)
  const file = ts.createSourceFile(name, dense, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
  const starts: number[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isSourceFile(node) || ts.isBlock(node)) starts.push(...node.statements.slice(1).map(({ pos }) => pos))
    if (ts.isClassLike(node)) starts.push(...node.members.map(({ pos }) => pos))
    ts.forEachChild(node, visit)
  }
  visit(file)
  let text = ''
  let last = 0
  for (const start of starts.toSorted((a, b) => a - b)) {
    text += `${dense.slice(last, start).trimEnd()}\n`
    last = start
  }
  return text + dense.slice(last).trimStart()
}
