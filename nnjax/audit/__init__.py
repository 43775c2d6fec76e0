"""Is what was written down what happened? The journal, MLflow's copies and the report against each other and anew."""
