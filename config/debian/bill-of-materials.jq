# Makes a bill of materials of what is in the file: the packages that fsp.deps.json has, and the runtime with them.
($deps[0].libraries | keys) as $inside
| [ $inside[] | select(startswith("runtimepack.")) | ltrimstr("runtimepack.") | split("/")
    | { name: .[0], version: .[1], purl: "pkg:nuget/\(.[0])@\(.[1])" } ] as $runtimes
| .metadata.timestamp = $date
| .components |= map(select("\(.name)/\(.version)" as $key | $inside | index([$key])))
| .components += [ $runtimes[] | . + {
    type: "framework", "bom-ref": .purl, scope: "required", publisher: "Microsoft", licenses: [ { license: { id: "MIT" } } ] } ]
| .components |= sort_by(.purl)
| [ .components[]["bom-ref"] ] as $refs
| .dependencies |= map(
    .dependsOn = [ (.dependsOn // [])[] | select(. as $ref | $refs | index([$ref])) ]
    | select(.ref as $ref | ($refs | index([$ref])) or ($ref | startswith("fsp@"))))
