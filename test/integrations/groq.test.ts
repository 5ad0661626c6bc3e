import spec from './groq.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'groq.case.ts')
