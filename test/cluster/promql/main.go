// Reads a JSON list of PromQL expressions, and writes one of what Prometheus says is wrong with each: "" for nothing.
package main

import (
	"encoding/json"
	"os"

	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	var expressions []string
	if err := json.NewDecoder(os.Stdin).Decode(&expressions); err != nil {
		panic(err)
	}
	promql := parser.NewParser(parser.Options{})
	faults := make([]string, len(expressions))
	for i, expression := range expressions {
		if _, err := promql.ParseExpr(expression); err != nil {
			faults[i] = err.Error()
		}
	}
	json.NewEncoder(os.Stdout).Encode(faults)
}
