import { testIntegration } from './matrix.js'
import spec from './openai.case.js'

testIntegration(spec, 'openai.case.ts')
