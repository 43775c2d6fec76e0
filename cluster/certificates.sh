#!/usr/bin/env bash
# Certificates for a Dask cluster of one's own: cluster/certificates.sh FOLDER, then in every shell: . FOLDER/environment
# One certificate for scheduler, workers and head, of an authority that signs nothing else: its key is thrown away.
set -euo pipefail
umask 077
folder=${1:?say where to: cluster/certificates.sh FOLDER}
[ ! -e "$folder" ] || { echo "$folder is there already: remove it, or say another folder" >&2; exit 2; }
mkdir -p "$(dirname "$folder")"
mkdir "$folder" # nobody else's: it would get our key
folder=$(cd "$folder" && pwd)
cd "$folder"
trap 'rm -f ca.key node.csr said; [ -s environment ] || rm -rf "$folder"' EXIT
quietly() { "$@" 2>said || { cat said >&2; exit 1; }; }
new=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
quietly openssl req -x509 "${new[@]}" -keyout ca.key -out ca.pem -days 365 -subj "/CN=nnjax cluster"
quietly openssl req "${new[@]}" -keyout node.key -out node.csr -subj "/CN=nnjax node"
quietly openssl x509 -req -in node.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 365 -out node.pem \
    -extfile <(echo "basicConstraints=critical,CA:FALSE")
{
    echo "export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=True"
    printf 'export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=%q\n' "$folder/ca.pem"
    for role in SCHEDULER WORKER CLIENT; do
        printf "export DASK_DISTRIBUTED__COMM__TLS__${role}__CERT=%q\n" "$folder/node.pem"
        printf "export DASK_DISTRIBUTED__COMM__TLS__${role}__KEY=%q\n" "$folder/node.key"
    done
} >environment
echo "$folder: valid for 365 days; copy it to the same place on every machine, for your eyes only."
