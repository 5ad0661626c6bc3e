import spec from './qdrant.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'qdrant.case.ts')
