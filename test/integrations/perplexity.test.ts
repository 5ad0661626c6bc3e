import spec from './perplexity.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'perplexity.case.ts')
