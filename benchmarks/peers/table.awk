# The body of a markdown table: medians of the rows (case, server, figures) by case and server. heads names the columns
# after these two; with ratio there is one more, the first figure over nginx's.

function median(list,   a, n, i, j, t) {
  n = split(list, a, " ")
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) { t = a[j]; a[j] = a[j - 1]; a[j - 1] = t }
  return n % 2 ? a[(n + 1) / 2] : (a[n / 2] + a[n / 2 + 1]) / 2
}

function show(x) {
  if (x !~ /[0-9]/) return "-"
  return sprintf(x == int(x) || x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : x >= 1 ? "%.2f" : "%.3f", x)
}

{
  id = $1 FS $2
  if (!(id in seen)) { seen[id]; order[++count] = id }
  for (i = 3; i <= NF; i++) figures[id, i] = figures[id, i] " " $i
  fields = NF
}

END {
  printf "| --- | --- |"
  for (i = split(heads, unused, ","); i > 0; i--) printf " --: |"
  print ""
  for (c = 1; c <= count; c++) {
    id = order[c]
    split(id, name, FS)
    printf "| %s | %s |", name[1], name[2]
    for (i = 3; i <= fields; i++) printf " %s |", show(median(figures[id, i]))
    if (ratio != "") {
      nginx = median(figures[name[1] FS "nginx", 3])
      printf(" %s |", (nginx + 0 > 0) ? show(median(figures[id, 3]) / nginx) : "-")
    }
    print ""
  }
}
