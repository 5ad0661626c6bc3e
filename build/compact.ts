/** Code as it is sent: without comments and indentation, a statement on each line. */
import { transform } from 'esbuild'
import ts from 'typescript'

/**
 * Names of functions and classes of a file stay, and each statement has a line of its own, so that a stack trace says where
 * it was. Lines of one length would break the same code in other places each time, which takes more to send.
 */
export async function compact(code: string): Promise<string> {
  const { code: dense } = await transform(code, {
    target: 'node20',
    platform: 'node',
    minifyWhitespace: true,
    minifySyntax: true,
    minifyIdentifiers: true,
    legalComments: 'none',
  })
  const file = ts.createSourceFile('part.cjs', dense, ts.ScriptTarget.ES2022, false, ts.ScriptKind.JS)
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
