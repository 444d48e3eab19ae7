def generated(count, seed, parquet):
    return []
