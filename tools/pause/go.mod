module annex.example/tools/pause

go 1.26.0
