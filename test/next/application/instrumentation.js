/** As docs/recipes/nextjs.md says. */
export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { autolog } = await import('tracestitch')
    autolog({ eager: true })
  }
}
